import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, done } from "./client";
import { after, effects } from "./effects";
import { addPending } from "./pending";
import type { Listing, ListMatcher, RenderCard } from "./render-types";

/**
 * Moves a render within a collection's own order: behind another one, or to the first place. Moves are sent in the
 * order they were made.
 */
export function usePlaceItem(collectionId: string) {
  const client = useQueryClient();
  const inOrder: ListMatcher = ({ filters, sort }) => filters.collection_id === collectionId && sort === "manual";
  return useMutation({
    scope: { id: `order ${collectionId}` },
    mutationFn: ({ renderId, behind }: { renderId: string; behind: string | null }) =>
      placeItem(collectionId, renderId, behind),
    onMutate: ({ renderId, behind }) =>
      addPending(client, { lists: inOrder, order: (cards) => placed(cards, renderId, behind) }),
    onError: (_error, _move, laid) => {
      laid?.rollBack();
      after(client, effects.orderFailed(inOrder));
    },
    onSuccess: (_nothing, _move, laid) => laid.confirm(),
  });
}

/** Moves a render of a collection behind another one, or to the first place. Throws ApiError. */
export function placeItem(collectionId: string, renderId: string, behind: string | null): Promise<void> {
  return done(
    api.PUT("/api/v1/collections/{collection_id}/items/{render_id}/place", {
      params: { path: { collection_id: collectionId, render_id: renderId } },
      body: { behind },
    }),
  );
}

/** A collection in the order its owner gave it. */
export function manualOrder(collectionId: string): Listing {
  return { filters: { collection_id: collectionId }, sort: "manual", month: null };
}

/** The same cards with one in another place. */
export function placed(cards: readonly RenderCard[], renderId: string, behind: string | null): readonly RenderCard[] {
  const moved = cards.find(({ id }) => id === renderId);
  if (!moved || renderId === behind) return cards;
  const others = cards.filter((card) => card !== moved);
  others.splice(behind === null ? 0 : others.findIndex(({ id }) => id === behind) + 1, 0, moved);
  return others;
}
