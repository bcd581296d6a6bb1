import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

import { api, done, unwrap, unwrapPage } from "./client";
import type { components } from "./schema";

export type Collection = components["schemas"]["CollectionView"];

const PAGE_SIZE = 50;

/** "My Favorites" first, then the latest. With a render, each says whether that is in it. */
export function collectionsQuery(containing: string | null) {
  return infiniteQueryOptions({
    queryKey: ["collections", "list", containing],
    queryFn: ({ pageParam, signal }) =>
      unwrapPage(api.GET("/api/v1/collections", { params: { query: { containing, cursor: pageParam, limit: PAGE_SIZE } }, signal })),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}

export function collectionQuery(id: string) {
  return queryOptions({
    queryKey: ["collections", "one", id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/collections/{collection_id}", { params: { path: { collection_id: id } }, signal })),
  });
}

export function useAddCollection() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => unwrap(api.POST("/api/v1/collections", { body: { name } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["collections"] }),
  });
}

/** Name or cover. */
export function useChangeCollection() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...body }: { id: string; name?: string; cover_render_id?: string }) =>
      unwrap(api.PATCH("/api/v1/collections/{collection_id}", { params: { path: { collection_id: id } }, body })),
    onSuccess: (collection) => {
      client.setQueryData(collectionQuery(collection.id).queryKey, collection);
      void client.invalidateQueries({ queryKey: ["collections"] });
      // The pages of renders name the collections they are in.
      void client.invalidateQueries({ queryKey: ["renders", "one"] });
    },
  });
}

export function useRemoveCollection() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => done(api.DELETE("/api/v1/collections/{collection_id}", { params: { path: { collection_id: id } } })),
    onSuccess: (_nothing, id) => {
      client.removeQueries({ queryKey: ["collections", "one", id] });
      void client.invalidateQueries({ queryKey: ["collections", "list"] });
      void client.invalidateQueries({ queryKey: ["renders", "one"] });
    },
  });
}
