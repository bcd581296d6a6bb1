import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";

import { collectionsQuery, useAddCollection, useChangeCollection, type Collection } from "@/api/collections";
import { QueryState } from "@/components/query-state";
import { Button } from "@/components/ui/button";
import { useRenderActions } from "@/gallery/use-render-actions";
import { useDocumentTitle } from "@/lib/document-title";
import { useShortcuts } from "@/lib/shortcuts";
import { ShareDialog } from "@/publishing/share-dialog";

import { CollectionCard } from "./components/collection-card";
import { DeleteDialog } from "./components/delete-dialog";
import { NameDialog } from "./components/name-dialog";

type Overlay = { kind: "add" } | { kind: "rename" | "share" | "delete"; collection: Collection };

const GRID =
  "grid grid-cols-[repeat(auto-fill,minmax(min(100%,250px),1fr))] gap-x-4 gap-y-6 max-tablet:grid-cols-2 max-tablet:gap-x-2.5";

/** All collections of a person, My Favorites first. */
export function CollectionsPage() {
  useDocumentTitle("Collections");
  const navigate = useNavigate();
  const collections = useInfiniteQuery(collectionsQuery(null));
  const { downloadCollection } = useRenderActions();
  const add = useAddCollection();
  const rename = useChangeCollection();
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  const close = () => {
    setOverlay(null);
    add.reset();
    rename.reset();
  };
  useShortcuts("Collections", [{ keys: "n", label: "New collection", run: () => setOverlay({ kind: "add" }) }]);

  return (
    <div className="px-3.5 pt-2.5 pb-30 tablet:px-7 tablet:pt-4.5">
      <header className="flex min-h-11 items-center gap-3 pb-4">
        <h1 className="grow text-24 font-semibold max-tablet:sr-only">Collections</h1>
        <Button variant="ink" className="max-tablet:grow" onClick={() => setOverlay({ kind: "add" })}>
          <Plus aria-hidden size={15} strokeWidth={1.6} />
          New collection
        </Button>
      </header>
      <QueryState query={collections} pending={<Skeleton />}>
        {({ pages }) => (
          <>
            <ul aria-label="Collections" className={GRID}>
              {pages.flatMap(({ rows }) =>
                rows.map((collection) => (
                  <CollectionCard
                    key={collection.id}
                    collection={collection}
                    onRename={() => setOverlay({ kind: "rename", collection })}
                    onShare={() => setOverlay({ kind: "share", collection })}
                    onDownload={() => downloadCollection(collection.id)}
                    onDelete={() => setOverlay({ kind: "delete", collection })}
                  />
                )),
              )}
            </ul>
            {pages[0]?.rows.length === 1 && (
              <p className="max-w-md pt-7 text-13 text-ink-2">
                Collections keep renders of one project together. Share them with one link, or download all of their
                pictures at once.
              </p>
            )}
          </>
        )}
      </QueryState>

      {overlay?.kind === "add" && (
        <NameDialog
          title="New collection"
          action="Create collection"
          name=""
          pending={add.isPending}
          error={add.error}
          onClose={close}
          onSave={(name) =>
            add.mutate(name, {
              onSuccess: ({ id }) => {
                close();
                void navigate({ to: "/dashboard/collections/$collectionId", params: { collectionId: id } });
              },
            })
          }
        />
      )}
      {overlay?.kind === "rename" && (
        <NameDialog
          title={`Rename ${overlay.collection.name}`}
          action="Rename"
          name={overlay.collection.name}
          pending={rename.isPending}
          error={rename.error}
          onClose={close}
          onSave={(name) => rename.mutate({ id: overlay.collection.id, name }, { onSuccess: close })}
        />
      )}
      {overlay?.kind === "share" && (
        <ShareDialog
          target={{ collection_id: overlay.collection.id }}
          title={overlay.collection.name}
          onClose={close}
        />
      )}
      {overlay?.kind === "delete" && <DeleteDialog collection={overlay.collection} onClose={close} />}
    </div>
  );
}

function Skeleton() {
  return (
    <ul aria-hidden className={GRID}>
      {Array.from({ length: 4 }, (_, index) => (
        <li key={index} className="aspect-3/2 rounded-pic bg-sunken" />
      ))}
    </ul>
  );
}
