import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeft, ArrowRight, FolderMinus, Heart, ImageIcon, Share2, Trash } from "lucide-react";
import { useId, useState } from "react";

import { collectionQuery, useChangeCollection, type Collection } from "@/api/collections";
import { useConfig } from "@/api/config";
import { ApiError } from "@/api/errors";
import { manualOrder, usePlaceItem } from "@/api/collection-items";
import type { Selected } from "@/api/render-moves";
import type { Listing } from "@/api/render-types";
import { MessagePage } from "@/components/message-page";
import { DownloadButton } from "@/components/overlays/download-button";
import { Button, buttonStyle } from "@/components/ui/button";
import { EditableTitle } from "@/components/ui/editable-title";
import { Dialog } from "@/components/overlays/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { Segmented } from "@/components/ui/segmented";
import { toast } from "@/components/ui/toast-store";
import { BackLink } from "@/gallery/back-link";
import { LoadFailed } from "@/components/ui/load-failed";
import { RenderGrid } from "@/gallery/render-grid";
import { BarButton, SelectionBar } from "@/gallery/selection-bar";
import { useGridKeys } from "@/gallery/use-grid-keys";
import { useListing } from "@/gallery/use-listing";
import { useRenderActions } from "@/gallery/use-render-actions";
import { behindAfterPush, useReorder } from "@/gallery/use-reorder";
import { useSelection } from "@/gallery/use-selection";
import { renderCount } from "@/gallery/words";
import { useDocumentTitle } from "@/lib/document-title";
import { ShareDialog } from "@/publishing/share-dialog";

import { type CollectionSort } from "./collection-search";
import { DeleteDialog } from "./components/delete-dialog";

const route = getRouteApi("/dashboard/collections/$collectionId");
const ICON = { "aria-hidden": true, size: 15, strokeWidth: 1.6 } as const;

const SORTS = [
  { value: "manual", label: "My order" },
  { value: "added", label: "Added" },
  { value: "newest", label: "Newest" },
  { value: "oldest", label: "Oldest" },
] as const;

/** One collection: its renders in the person's own order or by time. */
export function CollectionPage() {
  const { collectionId } = route.useParams();
  const { data: collection, error, refetch } = useQuery(collectionQuery(collectionId));
  useDocumentTitle(collection?.name ?? "Collection");
  if (collection) return <Loaded key={collectionId} collection={collection} />;
  if (error instanceof ApiError && error.status === 404) {
    return (
      <MessagePage title="This collection is not here" sentence="It was deleted, or it belongs to somebody else.">
        <Link to="/dashboard/collections" className={buttonStyle({ variant: "ink" })}>
          Go to Collections
        </Link>
      </MessagePage>
    );
  }
  return error && <LoadFailed error={error} onRetry={() => void refetch()} />;
}

function Loaded({ collection }: { collection: Collection }) {
  const navigate = useNavigate();
  const { mutate: change } = useChangeCollection();
  const { downloadCollection } = useRenderActions();
  const { limits } = useConfig();
  const { sort = "manual" } = route.useSearch();
  const setSort = (next: CollectionSort) =>
    void navigate({
      to: "/dashboard/collections/$collectionId",
      params: { collectionId: id },
      search: next === "manual" ? {} : { sort: next },
      replace: true,
      state: true,
    });
  const [overlay, setOverlay] = useState<"share" | "delete" | null>(null);
  const sortLabel = useId();
  const { id, name, count, is_favorites: favorites } = collection;
  const failed = ({ message }: Error) => toast(message, { tone: "danger" });

  return (
    <div className="px-3.5 pt-2.5 pb-44 tablet:px-7 tablet:pt-4.5 tablet:pb-30">
      <span className="-ml-2.5 inline-flex">
        <BackLink to="/dashboard/collections" name="Collections" />
      </span>
      <header className="flex min-h-11 flex-wrap items-center gap-2 pb-4">
        <div className="min-w-0 grow max-tablet:w-full">
          <EditableTitle
            title={name}
            label="Name of the collection"
            maxLength={limits.collection_name_characters}
            className="text-24"
            onChange={favorites ? null : (next) => change({ id, name: next }, { onError: failed })}
          />
          <p className="text-12 text-ink-3">{renderCount(count)}</p>
        </div>
        <span id={sortLabel} className="sr-only">
          Sort by
        </span>
        <Segmented
          aria-labelledby={sortLabel}
          options={SORTS}
          value={sort}
          onChange={setSort}
          className="max-tablet:w-full tablet:w-84"
        />
        <Button onClick={() => setOverlay("share")}>
          <Share2 {...ICON} />
          Share
        </Button>
        <DownloadButton stored={null} blocked={count === 0} onDownload={() => downloadCollection(id)} />
        {!favorites && (
          <Button variant="danger" onClick={() => setOverlay("delete")}>
            <Trash {...ICON} />
            Delete
          </Button>
        )}
      </header>
      <Items collection={collection} sort={sort} />
      {overlay === "share" && (
        <ShareDialog target={{ collection_id: id }} title={name} onClose={() => setOverlay(null)} />
      )}
      {overlay === "delete" && (
        <DeleteDialog
          collection={collection}
          onDeleted={() => void navigate({ to: "/dashboard/collections" })}
          onClose={() => setOverlay(null)}
        />
      )}
    </div>
  );
}

function Items({ collection, sort }: { collection: Collection; sort: CollectionSort }) {
  const { presets } = useConfig();
  const listing: Listing =
    sort === "manual" ? manualOrder(collection.id) : { filters: { collection_id: collection.id }, sort, month: null };
  const { cards, order, shown, error, onNeedMore, onBroken, retry } = useListing(listing);
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

  if (!cards) return error && <LoadFailed error={error} onRetry={retry} />;
  if (cards.length === 0) {
    return (
      <EmptyState
        picture={presets[0]?.picture ?? ""}
        sentence={
          collection.is_favorites
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
  const [only] = selection.ids;
  const index = only !== undefined && selection.ids.length === 1 && !selection.all ? order.indexOf(only) : -1;
  return (
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
        cards={cards}
        selection={selection}
        onNeedMore={onNeedMore}
        onBroken={onBroken}
        onActive={setActiveId}
        onPush={manual ? push : null}
        attach={manual ? attach : null}
        note={(card) => (card.id === collection.cover_render_id ? "Cover" : null)}
      />
      {error && <LoadFailed error={error} onRetry={retry} />}
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
