import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import { after, effects } from "@/api/effects";
import { showStarted } from "@/api/generations";

/** Submits a generation that made nothing again; the first one stays in the history. */
export function useRetryGeneration() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, key }: { id: string; key: string }) =>
      unwrap(
        api.POST("/api/v1/generations/{generation_id}/retry", {
          params: { path: { generation_id: id }, header: { "Idempotency-Key": key } },
        }),
      ),
    onSuccess: (generation) => {
      showStarted(client, generation);
    },
    onSettled: () => {
      after(client, effects.generationChanged);
    },
  });
}
