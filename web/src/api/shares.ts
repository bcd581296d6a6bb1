import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, done, unwrap, unwrapPage } from "./client";
import { after, effects } from "./effects";
import { keys } from "./keys";
import type { components } from "./schema";

export type ShareLink = components["schemas"]["ShareLinkView"];

/** What a link shows. */
export type Shareable = { render_id: string } | { collection_id: string };

/** The links to one render or collection that were not turned off. */
export function sharesOf(target: Shareable) {
  return queryOptions({
    queryKey: keys.shares.of(target),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/shares", { params: { query: { ...target, limit: 100 } }, signal })),
  });
}

/** All links of the person, page by page. */
export const mySharesQuery = infiniteQueryOptions({
  queryKey: keys.shares.mine,
  queryFn: ({ signal, pageParam }) =>
    unwrapPage(api.GET("/api/v1/shares", { params: { query: { cursor: pageParam } }, signal })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.nextCursor,
});

export function useAddShare() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Shareable & { include_settings: boolean; expires_at: string | null }) =>
      unwrap(api.POST("/api/v1/shares", { body })),
    onSuccess: () => after(client, effects.sharesChanged),
  });
}

export function useTurnOffShare() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => done(api.DELETE("/api/v1/shares/{share_id}", { params: { path: { share_id: id } } })),
    onSuccess: () => after(client, effects.sharesChanged),
  });
}
