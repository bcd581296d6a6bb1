import { Link } from "@tanstack/react-router";

import type { CommunitySet } from "../api/community";

/** A community set: up to three covers as a mosaic, its name and its number of pictures. */
export function SetCard({ set }: { set: CommunitySet }) {
  return (
    <li>
      <Link to="/community/$slug" params={{ slug: set.slug }} className="group block rounded-pic">
        <span
          aria-hidden
          className="grid aspect-4/3 grid-cols-[2fr_1fr] grid-rows-2 gap-1 overflow-hidden rounded-pic bg-stage"
        >
          {set.covers.map((cover, index) => (
            <img
              key={cover.url}
              src={cover.thumbnail_url}
              alt=""
              width={cover.width}
              height={cover.height}
              decoding="async"
              loading="lazy"
              className={`size-full min-h-0 object-cover ${index === 0 ? "row-span-2" : ""}`}
            />
          ))}
        </span>
        <span className="block pt-3 text-15 font-semibold group-hover:underline">{set.title}</span>
        <span className="block text-12 text-ink-2">
          {[`${String(set.count)} ${set.count === 1 ? "picture" : "pictures"}`, ...set.tags].join(", ")}
        </span>
      </Link>
    </li>
  );
}
