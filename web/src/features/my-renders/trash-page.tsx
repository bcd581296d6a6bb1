import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronLeft, RotateCcw, Trash } from "lucide-react";
import { useState } from "react";

import { useConfig } from "@/api/config";
import { monthsQuery } from "@/api/render-lists";
import type { Selected } from "@/api/render-moves";
import type { Listing, RenderCard } from "@/api/render-types";
import { QueryState } from "@/components/query-state";
import { Button, buttonStyle } from "@/components/ui/button";
import { Dialog } from "@/components/overlays/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { GridSkeleton } from "@/gallery/grid-skeleton";
import { RenderGrid } from "@/gallery/render-grid";
import { SelectionBar } from "@/gallery/selection-bar";
import { useGridKeys } from "@/gallery/use-grid-keys";
import { useListing } from "@/gallery/use-listing";
import { useRenderActions } from "@/gallery/use-render-actions";
import { useSelection } from "@/gallery/use-selection";
import { renderCount } from "@/lib/words";
import { useDocumentTitle } from "@/lib/document-title";

const TRASH: Listing = { filters: { trashed: true }, sort: "deleted", month: null };
const EVERYTHING: Selected = { matching: {} };
const DAY_MS = 86_400_000;
const ICON = { "aria-hidden": true, size: 15, strokeWidth: 1.6 } as const;

/** Deleted renders that can still be restored. */
export function TrashPage() {
  useDocumentTitle("Trash");
  const { query, cards, order, onNeedMore, onBroken } = useListing(TRASH);
  const { data: months } = useQuery(monthsQuery(TRASH.filters));
  const total = months?.reduce((sum, { count }) => sum + count, 0) ?? null;
  const selection = useSelection(order, "trash");
  const { restore, deleteForEver } = useRenderActions();
  const [activeId, setActiveId] = useState<string | null>(null);
  const active = cards?.find(({ id }) => id === activeId);
  /** What will be deleted after confirmation. */
  const [doomed, setDoomed] = useState<Selected | null>(null);
  const selected: Selected = selection.all ? EVERYTHING : { ids: selection.ids };
  useGridKeys({ selection, active, matching: EVERYTHING, onDelete: setDoomed, deleteLabel: "Delete permanently" });

  return (
    <div className="px-3.5 pt-2.5 pb-44 tablet:px-7 tablet:pt-4.5 tablet:pb-30">
      <header className="flex min-h-11 flex-wrap items-center gap-3 pb-3">
        <Link to="/dashboard/renders" className={buttonStyle({ variant: "ghost", className: "-ml-3.5" })}>
          <ChevronLeft {...ICON} />
          Renders
        </Link>
        <h1 className="text-24 font-semibold max-tablet:sr-only">Trash</h1>
        <p className="grow text-13 text-ink-2 max-tablet:w-full">
          Renders stay here for 30 days, then they and their files are deleted.
        </p>
        {cards && cards.length > 0 && <Button onClick={() => setDoomed(EVERYTHING)}>Empty trash</Button>}
      </header>
      <QueryState query={query} pending={<GridSkeleton />} empty={<EmptyTrash />}>
        {(loaded) => (
          <RenderGrid
            label="Trash"
            cards={loaded}
            selection={selection}
            onNeedMore={onNeedMore}
            onBroken={onBroken}
            onActive={setActiveId}
            note={daysLeft}
          />
        )}
      </QueryState>
      {selection.any && (
        <SelectionBar
          count={selection.all ? (total ?? selection.ids.length) : selection.ids.length}
          total={selection.all ? null : total}
          onPickAll={selection.pickAll}
          onClear={selection.clear}
        >
          <Button
            variant="glass"
            onClick={() => {
              void restore(selected);
              selection.clear();
            }}
          >
            <RotateCcw {...ICON} />
            Restore
          </Button>
          <Button variant="glass" className="text-[#ff9c8e]!" onClick={() => setDoomed(selected)}>
            <Trash {...ICON} />
            Delete permanently
          </Button>
        </SelectionBar>
      )}
      <Dialog
        open={doomed !== null}
        onOpenChange={() => setDoomed(null)}
        title={doomed && "ids" in doomed ? `Delete ${renderCount(doomed.ids.length)} permanently?` : "Empty the trash?"}
        description="Their files are deleted too. This cannot be undone."
        footer={
          <>
            <Button onClick={() => setDoomed(null)}>Keep</Button>
            <Button
              variant="danger"
              onClick={() => {
                if (doomed) void deleteForEver(doomed);
                selection.clear();
                setDoomed(null);
              }}
            >
              Delete permanently
            </Button>
          </>
        }
      />
    </div>
  );
}

function EmptyTrash() {
  const { presets } = useConfig();
  return (
    <EmptyState
      picture={presets[0]?.picture ?? ""}
      sentence="The trash is empty."
      action={
        <Link to="/dashboard/renders" className={buttonStyle({ variant: "line" })}>
          Back to Renders
        </Link>
      }
    />
  );
}

/** "29 days left", rounded up: a render is purged only after its tile has said 1. */
function daysLeft({ purged_at: purgedAt }: RenderCard): string | null {
  if (purgedAt === null) return null;
  const days = Math.max(1, Math.ceil((Date.parse(purgedAt) - Date.now()) / DAY_MS));
  return `${days} ${days === 1 ? "day" : "days"} left`;
}
