import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import { after, effects } from "@/api/effects";
import { generationQuery } from "@/api/generations";

import type { Generation } from "../types";

interface Cover {
  renderId: string;
  variantId: string;
}

/** Chooses the cover of the render that a generation made: shown at once, undone if it fails. */
export function useChooseCover(generationId: string) {
  const client = useQueryClient();
  const { queryKey } = generationQuery(generationId);
  const show = (cover: string | null) =>
    client.setQueryData(queryKey, (shown: Generation | undefined) =>
      shown?.render ? { ...shown, render: { ...shown.render, cover_variant_id: cover } } : shown,
    );
  return useMutation({
    mutationFn: ({ renderId, variantId }: Cover) =>
      unwrap(
        api.PATCH("/api/v1/renders/{render_id}", {
          params: { path: { render_id: renderId } },
          body: { cover_variant_id: variantId },
        }),
      ),
    onMutate: ({ variantId }) => {
      const before = client.getQueryData(queryKey)?.render?.cover_variant_id ?? null;
      show(variantId);
      return { before };
    },
    onError: (_error, _cover, context) => {
      if (context) show(context.before);
    },
    onSuccess: () => after(client, effects.coverChosen),
  });
}
