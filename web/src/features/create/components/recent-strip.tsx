import { Ban, CircleAlert, ShieldAlert } from "lucide-react";

import { isInFlight } from "@/api/run-state";
import { Button } from "@/components/ui/button";
import { dayAndMonth } from "@/lib/dates";

import type { Generation, Preset } from "../types";

interface RecentStripProps {
  generations: readonly Generation[];
  presets: readonly Preset[];
  shownId: string | null;
  onSelect: (id: string) => void;
  /** null when there are no more. */
  onMore: (() => void) | null;
  loadingMore: boolean;
}

/** The latest generations, newest first; more on demand. */
export function RecentStrip({ generations, presets, shownId, onSelect, onMore, loadingMore }: RecentStripProps) {
  return (
    <nav
      aria-labelledby="recent"
      className="flex items-center gap-2 border-t border-line pt-3 max-desk:mt-4 max-desk:flex-col max-desk:items-start desk:-mx-6 desk:px-6"
    >
      <h2 id="recent" className="pr-2 text-12 font-medium text-ink-2">
        Recent
      </h2>
      <ul className="no-scrollbar -m-1 flex max-w-full min-w-0 items-center gap-2 overflow-x-auto p-1">
        {generations.map((generation) => (
          <li key={generation.id} className="shrink-0">
            <button
              type="button"
              aria-label={label(generation)}
              aria-current={generation.id === shownId || undefined}
              onClick={() => onSelect(generation.id)}
              className="relative block rounded-pic aria-[current=true]:outline-2 aria-[current=true]:outline-offset-2 aria-[current=true]:outline-ink"
            >
              <Thumbnail generation={generation} preset={presets.find(({ id }) => id === generation.preset_id)} />
            </button>
          </li>
        ))}
        {onMore && (
          <li className="shrink-0">
            <Button variant="ghost" size="sm" blocked={loadingMore} onClick={onMore}>
              Load more
            </Button>
          </li>
        )}
      </ul>
    </nav>
  );
}

function Thumbnail({ generation, preset }: { generation: Generation; preset: Preset | undefined }) {
  const { render } = generation;
  const cover = render?.variants.find(({ id }) => id === render.cover_variant_id) ?? render?.variants[0];
  if (cover?.thumbnail_url) {
    return (
      <img
        src={cover.thumbnail_url}
        alt=""
        loading="lazy"
        width={cover.width}
        height={cover.height}
        className="h-14 w-auto rounded-pic bg-stage"
      />
    );
  }
  if (isInFlight(generation)) {
    return (
      <span className="block h-14 w-21 overflow-hidden rounded-pic bg-stage">
        {preset && (
          <img src={preset.picture} alt="" className="size-full scale-115 object-cover blur-[6px] saturate-70" />
        )}
        <span className="num absolute right-1 bottom-1 rounded-xs bg-glass px-1 text-11 text-on-glass">
          {share(generation)}
        </span>
      </span>
    );
  }
  const Icon =
    generation.error?.code === "safety_blocked" ? ShieldAlert : generation.status === "canceled" ? Ban : CircleAlert;
  return (
    <span className="grid h-14 w-21 place-items-center rounded-pic bg-sunken text-ink-3">
      <Icon aria-hidden size={18} strokeWidth={1.6} />
    </span>
  );
}

const STATUS_WORDS = {
  queued: "waiting",
  processing: "rendering",
  succeeded: "done",
  failed: "failed",
  canceled: "canceled",
  expired: "stopped",
};

function label(generation: Generation): string {
  const { title, status, created_at: createdAt } = generation;
  const state = isInFlight(generation) ? `${STATUS_WORDS[status]} ${share(generation)}` : STATUS_WORDS[status];
  return `${title}, ${state}, ${dayAndMonth(createdAt)}`;
}

function share({ ready, variants }: Generation): string {
  return `${ready}/${variants}`;
}
