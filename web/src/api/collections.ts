import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect } from "react";

import { api, done, unwrap, unwrapPage } from "./client";
import { after, effects } from "./effects";
import { keys } from "./keys";
import { COLLECTIONS_PER_PAGE } from "./page-sizes";
import type { components } from "./schema";

export type Collection = components["schemas"]["CollectionView"];

/** A list that a person returns to is still there as they left it, so the collection is kept as long. */
export const KEPT_MS = 60 * 60_000;

/** "My Favorites" first, then the newest. With `containing`, each says whether that render is in it. */
export function collectionsQuery(containing: string | null) {
  return infiniteQueryOptions({
    queryKey: keys.collections.list(containing),
    queryFn: ({ pageParam, signal }) =>
      unwrapPage(
        api.GET("/api/v1/collections", {
          params: { query: { containing, cursor: pageParam, limit: COLLECTIONS_PER_PAGE } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

/** All collections, to choose from; `complete` is true when the last page has arrived. */
export function useCollections(containing: string | null) {
  const { data, error, refetch, hasNextPage, isFetching, isError, fetchNextPage } = useInfiniteQuery(
    collectionsQuery(containing),
  );
  const collections = data?.pages.flatMap((page) => page.rows);
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  return {
    collections: collections ?? null,
    /** For QueryState. */
    query: { data: collections, error, refetch },
    complete: data !== undefined && !hasNextPage,
  };
}

export function collectionQuery(id: string) {
  return queryOptions({
    queryKey: keys.collections.one(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/collections/{collection_id}", { params: { path: { collection_id: id } }, signal })),
    gcTime: KEPT_MS,
  });
}

export function useAddCollection() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => unwrap(api.POST("/api/v1/collections", { body: { name } })),
    onSuccess: () => after(client, effects.collectionAdded),
  });
}

/** Changes name or cover. Throws ApiError. */
export function changeCollection({
  id,
  ...body
}: {
  id: string;
  name?: string;
  cover_render_id?: string;
}): Promise<Collection> {
  return unwrap(api.PATCH("/api/v1/collections/{collection_id}", { params: { path: { collection_id: id } }, body }));
}

export function useChangeCollection() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: changeCollection,
    onSuccess: (collection) => {
      client.setQueryData(collectionQuery(collection.id).queryKey, collection);
      after(client, effects.collectionChanged);
    },
  });
}

export function useRemoveCollection() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      done(api.DELETE("/api/v1/collections/{collection_id}", { params: { path: { collection_id: id } } })),
    onSuccess: (_nothing, id) => after(client, effects.collectionRemoved(id)),
  });
}
