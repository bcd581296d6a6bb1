import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { Share2, Trash } from "lucide-react";
import { useId, useState } from "react";

import { collectionQuery, useChangeCollection, type Collection } from "@/api/collections";
import { useConfig } from "@/api/config";
import { isGone } from "@/api/errors";
import { MessagePage } from "@/components/message-page";
import { DownloadButton } from "@/components/overlays/download-button";
import { QueryState } from "@/components/query-state";
import { Button, buttonStyle } from "@/components/ui/button";
import { EditableTitle } from "@/components/ui/editable-title";
import { Segmented } from "@/components/ui/segmented";
import { toast } from "@/components/ui/toast-store";
import { BackLink } from "@/gallery/back-link";
import { GridSkeleton } from "@/gallery/grid-skeleton";
import { useRenderActions } from "@/gallery/use-render-actions";
import { renderCount } from "@/lib/words";
import { useDocumentTitle } from "@/lib/document-title";
import { ShareDialog } from "@/publishing/share-dialog";

import type { CollectionSort } from "./collection-search";
import { CollectionItems } from "./components/collection-items";
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
  const query = useQuery(collectionQuery(collectionId));
  useDocumentTitle(query.data?.name ?? "Collection");
  return (
    <QueryState query={query} pending={<GridSkeleton />} instead={(error) => isGone(error) && <Gone />}>
      {(collection) => <Loaded key={collectionId} collection={collection} />}
    </QueryState>
  );
}

function Gone() {
  return (
    <MessagePage title="This collection is not here" sentence="It was deleted, or it belongs to somebody else.">
      <Link to="/dashboard/collections" className={buttonStyle({ variant: "ink" })}>
        Go to Collections
      </Link>
    </MessagePage>
  );
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
      <CollectionItems collection={collection} sort={sort} />
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
