import { queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";

import { api, done, unwrap } from "./client";
import { collectionQuery } from "./collections";
import { after, effects } from "./effects";
import { keys } from "./keys";
import { addPending, everyList } from "./pending";
import type { Cover, Listing, RenderCard, RenderVariant } from "./render-types";
import { RENEW_AFTER_MS } from "./signed-urls";

/** One render with all its details. */
export function renderQuery(id: string) {
  return queryOptions({
    queryKey: keys.renders.one(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/renders/{render_id}", { params: { path: { render_id: id } }, signal })),
    refetchInterval: RENEW_AFTER_MS,
  });
}

/** In "My Favorites" or not: shown at once, undone if it fails. */
export function useFavorite() {
  const client = useQueryClient();
  const favorites = (listing: Listing) => showsFavorites(client, listing);
  const showOne = (id: string, favorite: boolean) =>
    client.setQueryData(renderQuery(id).queryKey, (render) => render && { ...render, is_favorite: favorite });
  return useMutation({
    // One request after the other, so that the last one decides.
    scope: { id: "favorite" },
    mutationFn: ({ id, favorite }: { id: string; favorite: boolean }) => {
      const params = { params: { path: { render_id: id } } };
      return done(
        favorite
          ? api.PUT("/api/v1/renders/{render_id}/favorite", params)
          : api.DELETE("/api/v1/renders/{render_id}/favorite", params),
      );
    },
    onMutate: ({ id, favorite }) => {
      showOne(id, favorite);
      const card = (each: RenderCard, listing: Listing) => {
        if (each.id !== id) return each;
        return !favorite && favorites(listing) ? null : { ...each, is_favorite: favorite };
      };
      return addPending(client, { lists: everyList, card });
    },
    onError: (_error, { id, favorite }, laid) => {
      laid?.rollBack();
      showOne(id, !favorite);
      after(client, effects.favoriteFailed(favorites));
    },
    onSuccess: (_nothing, { favorite }, laid) => {
      laid.confirm();
      after(client, favorite ? effects.favoriteAdded(favorites) : effects.favoriteRemoved(favorites));
    },
  });
}

/** Whether a list shows favorites only. */
function showsFavorites(client: QueryClient, { filters: { favorite, collection_id: collectionId } }: Listing): boolean {
  if (favorite) return true;
  return (
    collectionId !== undefined && client.getQueryData(collectionQuery(collectionId).queryKey)?.is_favorites === true
  );
}

/** Title or cover: shown at once, undone if it fails. */
export function useChangeRender(id: string) {
  const client = useQueryClient();
  const { queryKey } = renderQuery(id);
  return useMutation({
    scope: { id: `render ${id}` },
    mutationFn: (body: { title?: string; cover_variant_id?: string }) =>
      unwrap(api.PATCH("/api/v1/renders/{render_id}", { params: { path: { render_id: id } }, body })),
    onMutate: (changes) => {
      const before = client.getQueryData(queryKey);
      client.setQueryData(queryKey, (render) => render && { ...render, ...changes });
      return before;
    },
    onError: (_error, _changes, before) => client.setQueryData(queryKey, before),
    onSuccess: ({ title, cover_variant_id: cover, variants }) => {
      const variant = variants.find((each) => each.id === cover);
      const changed = (card: RenderCard) =>
        card.id === id ? { ...card, title, cover: variant ? coverOf(variant) : card.cover } : card;
      addPending(client, { lists: everyList, card: changed }).confirm();
      after(client, effects.renderChanged);
    },
  });
}

function coverOf({ id, thumbnail_url, width, height, placeholder }: RenderVariant): Cover {
  return { variant_id: id, thumbnail_url, width, height, placeholder };
}

/** Deletes one variant for ever. */
export function useDeleteVariant() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      done(api.DELETE("/api/v1/renders/variants/{variant_id}", { params: { path: { variant_id: id } } })),
    onSuccess: () => after(client, effects.variantDeleted),
  });
}

/** Adds a render to a collection, or removes it. */
export function useCollected() {
  const client = useQueryClient();
  return useMutation({
    scope: { id: "collected" },
    mutationFn: ({
      renderId,
      collectionId,
      collected,
    }: {
      renderId: string;
      collectionId: string;
      collected: boolean;
    }) => {
      const params = { params: { path: { collection_id: collectionId, render_id: renderId } } };
      return done(
        collected
          ? api.PUT("/api/v1/collections/{collection_id}/items/{render_id}", params)
          : api.DELETE("/api/v1/collections/{collection_id}/items/{render_id}", params),
      );
    },
    onSuccess: () => after(client, effects.collected),
  });
}
