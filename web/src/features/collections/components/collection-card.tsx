import { Link } from "@tanstack/react-router";
import { cx } from "class-variance-authority";
import { Ellipsis, FileArchive, FolderPlus, Heart, Pencil, Share2, Trash } from "lucide-react";

import type { Collection } from "@/api/collections";
import { buttonStyle } from "@/components/ui/button";
import { Menu, MenuItem, MenuSeparator } from "@/components/overlays/menu";
import { renderCount } from "@/lib/words";

interface CollectionCardProps {
  collection: Collection;
  onRename: () => void;
  onShare: () => void;
  onDownload: () => void;
  onDelete: () => void;
}

const ICON = { "aria-hidden": true, size: 15, strokeWidth: 1.6 } as const;

/** A collection with its first pictures, one large and two small. */
export function CollectionCard({ collection, ...handlers }: CollectionCardProps) {
  const { id, name, count, is_favorites: favorites } = collection;
  return (
    <li className="group relative grid grid-cols-[minmax(0,1fr)] content-start gap-2">
      <Link
        to="/dashboard/collections/$collectionId"
        params={{ collectionId: id }}
        state={{ backTo: "Collections" }}
        className="grid grid-cols-[minmax(0,1fr)] gap-2 rounded-pic"
      >
        <Mosaic collection={collection} />
        <span className={cx("flex min-w-0 items-center gap-1.5", !favorites && "pr-9")}>
          {favorites && <Heart {...ICON} fill="currentColor" className="shrink-0" />}
          <span className="truncate text-15 font-semibold">{name}</span>
        </span>
        <span className="-mt-2 text-12 text-ink-3">{renderCount(count)}</span>
      </Link>
      {!favorites && (
        <Menu
          trigger={
            <button
              type="button"
              aria-label={`Actions of ${name}`}
              className={buttonStyle({
                variant: "ghost",
                size: "sm",
                icon: true,
                className: "absolute right-0 bottom-2",
              })}
            >
              <Ellipsis aria-hidden size={18} strokeWidth={1.6} />
            </button>
          }
        >
          <MenuItem icon={<Pencil {...ICON} />} onSelect={handlers.onRename}>
            Rename
          </MenuItem>
          <MenuItem icon={<Share2 {...ICON} />} onSelect={handlers.onShare}>
            Share
          </MenuItem>
          {count > 0 && (
            <MenuItem icon={<FileArchive {...ICON} />} onSelect={handlers.onDownload}>
              Download
            </MenuItem>
          )}
          <MenuSeparator />
          <MenuItem icon={<Trash {...ICON} />} danger onSelect={handlers.onDelete}>
            Delete collection
          </MenuItem>
        </Menu>
      )}
    </li>
  );
}

/** Cropped for the mosaic, because it represents a collection. As many parts as there are pictures. */
function Mosaic({ collection: { covers, is_favorites: favorites } }: { collection: Collection }) {
  if (covers.length === 0) {
    return (
      <span className="grid aspect-3/2 content-center justify-items-center gap-2 rounded-pic border border-dashed border-line-strong px-4 text-center text-12 text-ink-3 group-hover:bg-hover">
        {favorites ? <Heart {...ICON} /> : <FolderPlus {...ICON} />}
        {favorites ? "The heart on a render keeps it here." : "Select renders and add them here."}
      </span>
    );
  }
  return (
    <span
      className={cx(
        "grid aspect-3/2 grid-rows-2 gap-0.5 overflow-hidden rounded-pic group-hover:opacity-90",
        covers.length > 1 && "grid-cols-[2fr_1fr]",
      )}
    >
      {covers.map(({ variant_id: id, thumbnail_url: url }, at) => {
        const className = cx("size-full", (at === 0 || covers.length === 2) && "row-span-2");
        return url ? (
          <img key={id} src={url} alt="" loading="lazy" className={cx("bg-stage object-cover", className)} />
        ) : (
          <span key={id} className={cx("bg-sunken", className)} />
        );
      })}
    </span>
  );
}
