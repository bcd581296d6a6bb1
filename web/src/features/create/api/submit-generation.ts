import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import { after, effects } from "@/api/effects";
import { showStarted } from "@/api/generations";

import type { SubmitGeneration } from "../types";

interface Submission {
  body: SubmitGeneration;
  /** Same key, same body: a repeat after a lost answer does not charge twice. */
  key: string;
}

export function useSubmitGeneration() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ body, key }: Submission) =>
      unwrap(api.POST("/api/v1/generations", { body, params: { header: { "Idempotency-Key": key } } })),
    onSuccess: (generation) => {
      showStarted(client, generation);
    },
    onSettled: () => {
      after(client, effects.generationChanged);
    },
  });
}
