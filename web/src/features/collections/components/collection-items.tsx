import { Link } from "@tanstack/react-router";
import { ArrowLeft, ArrowRight, FolderMinus, Heart, ImageIcon } from "lucide-react";
import { useState } from "react";

import { manualOrder, usePlaceItem } from "@/api/collection-items";
import { useChangeCollection, type Collection } from "@/api/collections";
import { useConfig } from "@/api/config";
import type { Selected } from "@/api/render-moves";
import type { Listing } from "@/api/render-types";
import { Dialog } from "@/components/overlays/dialog";
import { DownloadButton } from "@/components/overlays/download-button";
import { QueryState } from "@/components/query-state";
import { Button, buttonStyle } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { toast } from "@/components/ui/toast-store";
import { GridSkeleton } from "@/gallery/grid-skeleton";
import { RenderGrid } from "@/gallery/render-grid";
import { BarButton, SelectionBar } from "@/gallery/selection-bar";
import { useGridKeys } from "@/gallery/use-grid-keys";
import { useListing } from "@/gallery/use-listing";
import { useRenderActions } from "@/gallery/use-render-actions";
import { behindAfterPush, useReorder } from "@/gallery/use-reorder";
import { useSelection } from "@/gallery/use-selection";
import { renderCount } from "@/lib/words";

import type { CollectionSort } from "../collection-search";

const ICON = { "aria-hidden": true, size: 15, strokeWidth: 1.6 } as const;

/** The renders of a collection, in the person's own order or by time. */
export function CollectionItems({ collection, sort }: { collection: Collection; sort: CollectionSort }) {
  const listing: Listing =
    sort === "manual" ? manualOrder(collection.id) : { filters: { collection_id: collection.id }, sort, month: null };
  const { query, cards, order, shown, onNeedMore, onBroken } = useListing(listing);
  const selection = useSelection(order, sort);
  const actions = useRenderActions();
  const { mutateAsync: place } = usePlaceItem(collection.id);
  const { mutate: change } = useChangeCollection();
  const [activeId, setActiveId] = useState<string | null>(null);
  const active = cards?.find(({ id }) => id === activeId);
  const [emptying, setEmptying] = useState(false);
  const [announcement, setAnnouncement] = useState("");
  const failed = (error: unknown) =>
    toast(error instanceof Error ? error.message : "That did not work.", { tone: "danger" });
  const manual = sort === "manual";
  const everything: Selected = { matching: listing.filters };
  const selected: Selected = selection.all ? everything : { ids: selection.ids };

  const move = (renderId: string, behind: string | null) => {
    place({ renderId, behind }).catch(failed);
    const at = behind === null ? 1 : order.filter((id) => id !== renderId).indexOf(behind) + 2;
    setAnnouncement(`Moved to place ${at} of ${collection.count}.`);
  };
  const push = (index: number, step: -1 | 1) => {
    const id = order[index];
    if (id !== undefined) move(id, behindAfterPush(order, index, step));
  };
  const attach = useReorder(order, move);
  const remove = (what: Selected) => {
    // Undo needs the ids. Without them there is no undo, so ask for confirmation first.
    if ("matching" in what) {
      setEmptying(true);
      return;
    }
    void actions.uncollect(what, collection, manual ? order : null);
    selection.clear();
  };
  useGridKeys({
    selection,
    active,
    matching: everything,
    onFavorite: actions.favorite,
    onDownload: actions.download,
    onDelete: remove,
    deleteLabel: "Remove from the collection",
  });

  const [only] = selection.ids;
  const index = only !== undefined && selection.ids.length === 1 && !selection.all ? order.indexOf(only) : -1;
  return (
    <>
      <QueryState
        query={query}
        pending={<GridSkeleton />}
        empty={<EmptyCollection favorites={collection.is_favorites} />}
      >
        {(loaded) => (
          <>
            {manual && (
              <p className="pb-3 text-12 text-ink-3">
                <span className="touch:hidden">Drag renders into another order, or press Alt with an arrow key.</span>
                <span className="hidden touch:inline">Select one render to move it.</span>
              </p>
            )}
            <p role="status" className="sr-only">
              {announcement}
            </p>
            <RenderGrid
              key={shown}
              label={collection.name}
              cards={loaded}
              selection={selection}
              onNeedMore={onNeedMore}
              onBroken={onBroken}
              onActive={setActiveId}
              onPush={manual ? push : null}
              attach={manual ? attach : null}
              note={(card) => (card.id === collection.cover_render_id ? "Cover" : null)}
            />
          </>
        )}
      </QueryState>
      {selection.any && (
        <SelectionBar
          count={selection.all ? collection.count : selection.ids.length}
          total={selection.all ? null : collection.count}
          onPickAll={selection.pickAll}
          onClear={selection.clear}
        >
          {manual && index >= 0 && (
            <>
              <Button
                variant="glass"
                blocked={index === 0}
                onClick={() => push(index, -1)}
                aria-label="Move earlier"
                title="Move earlier"
              >
                <ArrowLeft {...ICON} />
              </Button>
              <Button
                variant="glass"
                blocked={index === order.length - 1}
                onClick={() => push(index, 1)}
                aria-label="Move later"
                title="Move later"
              >
                <ArrowRight {...ICON} />
              </Button>
            </>
          )}
          {only !== undefined && index >= 0 && !collection.is_favorites && (
            <BarButton
              icon={ImageIcon}
              label="Make cover"
              onClick={() => {
                change(
                  { id: collection.id, cover_render_id: only },
                  { onError: failed, onSuccess: () => toast("This is the cover now.") },
                );
                selection.clear();
              }}
            />
          )}
          {!collection.is_favorites && (
            <BarButton
              icon={Heart}
              label="Favorite"
              onClick={() => {
                void actions.collect(selected, null);
                selection.clear();
              }}
            />
          )}
          <DownloadButton
            variant="glass"
            stored={null}
            labelClassName="max-desk:sr-only"
            onDownload={() =>
              selection.all ? actions.downloadCollection(collection.id) : actions.download(selection.ids)
            }
          />
          <BarButton icon={FolderMinus} label="Remove" onClick={() => remove(selected)} />
        </SelectionBar>
      )}
      <Dialog
        open={emptying}
        onOpenChange={setEmptying}
        title={`Remove all ${renderCount(collection.count)} from ${collection.name}?`}
        description="They stay in My Renders. Their order here is lost: this cannot be undone."
        footer={
          <>
            <Button onClick={() => setEmptying(false)}>Keep</Button>
            <Button
              variant="danger"
              onClick={() => {
                void actions.uncollect(everything, collection, null);
                setEmptying(false);
                selection.clear();
              }}
            >
              Remove all
            </Button>
          </>
        }
      />
    </>
  );
}

function EmptyCollection({ favorites }: { favorites: boolean }) {
  const { presets } = useConfig();
  return (
    <EmptyState
      picture={presets[0]?.picture ?? ""}
      sentence={
        favorites
          ? "Nothing here yet. The heart on a render keeps it here."
          : "Nothing here yet. Select renders and add them to this collection."
      }
      action={
        <Link to="/dashboard/renders" className={buttonStyle({ variant: "ink" })}>
          Go to Renders
        </Link>
      }
    />
  );
}
