import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { api, unwrap, unwrapPage } from "@/api/client";
import { keys } from "@/api/keys";
import type { components } from "@/api/schema";

export type CommunitySet = components["schemas"]["CommunitySetView"];
export type CommunityItem = components["schemas"]["CommunityItemView"];

/** The same for everybody: kept when a person signs out. */
const PUBLIC = { public: true };

export function setsQuery(tag: string | null) {
  return infiniteQueryOptions({
    queryKey: keys.community.sets(tag),
    queryFn: ({ signal, pageParam }) =>
      unwrapPage(api.GET("/api/v1/community", { params: { query: { tag, cursor: pageParam } }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    meta: PUBLIC,
  });
}

/** The tags of the sets, the most frequent first. */
export const tagsQuery = queryOptions({
  queryKey: keys.community.tags,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/community/tags", { signal })),
  meta: PUBLIC,
});

export function setQuery(slug: string) {
  return queryOptions({
    queryKey: keys.community.set(slug),
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/community/{slug}", { params: { path: { slug } }, signal })),
    meta: PUBLIC,
  });
}
