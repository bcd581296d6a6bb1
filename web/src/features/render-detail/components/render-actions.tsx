import { CornerDownLeft, Heart, RotateCcw, Share2 } from "lucide-react";

import { useConfig } from "@/api/config";
import type { RenderDetail } from "@/api/render-types";
import { Button } from "@/components/ui/button";
import { EditableTitle } from "@/components/ui/editable-title";
import { IconButton } from "@/components/ui/icon-button";
import { Notice } from "@/components/ui/notice";
import { dateFormat } from "@/lib/dates";

const ICON = { "aria-hidden": true, size: 15, strokeWidth: 1.6 } as const;

interface RenderHeadProps {
  render: RenderDetail;
  /** The variant that is shown. */
  index: number;
  onRename: (title: string) => void;
  onFavorite: () => void;
}

/** Title, heart and date of a render. In the trash nothing can be changed. */
export function RenderHead({ render, index, onRename, onFavorite }: RenderHeadProps) {
  const { limits } = useConfig();
  const inTrash = render.purged_at !== null;
  return (
    <div>
      <div className="flex items-start gap-2">
        <EditableTitle
          title={render.title}
          label="Title"
          maxLength={limits.title_characters}
          className="text-18"
          onChange={inTrash ? null : onRename}
        />
        {!inTrash && (
          <IconButton
            label={render.is_favorite ? "In My Favorites" : "Add to My Favorites"}
            shortcut="F"
            variant="ghost"
            aria-pressed={render.is_favorite}
            className="-mt-1.5 -mr-2"
            onClick={onFavorite}
          >
            <Heart aria-hidden size={18} strokeWidth={1.6} fill={render.is_favorite ? "currentColor" : "none"} />
          </IconButton>
        )}
      </div>
      <p className="text-12 text-ink-3">
        {momentWords(render.created_at)}, variant {index + 1} of {render.variants.length}
      </p>
    </div>
  );
}

/** For a render in the trash. */
export function TrashNotice({ purgedAt, onRestore }: { purgedAt: string; onRestore: () => void }) {
  return (
    <Notice tone="warn">
      <p>This render is in the trash. It is deleted for ever on {dayWords(purgedAt)}.</p>
      <Button size="sm" className="mt-2" onClick={onRestore}>
        <RotateCcw {...ICON} />
        Restore
      </Button>
    </Notice>
  );
}

interface RenderActionsProps {
  onUseAsInput: () => void;
  onUseSettings: () => void;
  /** The button for it. */
  download: React.ReactNode;
  onShare: () => void;
  /** The menu with the other actions. */
  more: React.ReactNode;
}

/** What can be done with a render that is not in the trash. */
export function RenderActions({ onUseAsInput, onUseSettings, download, onShare, more }: RenderActionsProps) {
  return (
    <div className="grid grid-cols-2 gap-2">
      <Button variant="canary" className="col-span-2 h-10" onClick={onUseAsInput}>
        <CornerDownLeft {...ICON} />
        Use as input
      </Button>
      <Button onClick={onUseSettings}>Use these settings</Button>
      {download}
      <Button onClick={onShare}>
        <Share2 {...ICON} />
        Share
      </Button>
      {more}
    </div>
  );
}

/** "24 November at 14:32". */
function momentWords(iso: string): string {
  const date = new Date(iso);
  const time = dateFormat({ hour: "2-digit", minute: "2-digit" }).format(date);
  return `${dayWords(iso)} at ${time}`;
}

function dayWords(iso: string): string {
  const date = new Date(iso);
  const thisYear = date.getFullYear() === new Date().getFullYear();
  return dateFormat({ day: "numeric", month: "long", year: thisYear ? undefined : "numeric" }).format(date);
}
