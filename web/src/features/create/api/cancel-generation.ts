import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import { generationQuery } from "@/api/generations";

/** Asks for a run to be stopped. It ends, and its credits come back, when the provider says so. */
export function useCancelGeneration() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap(api.POST("/api/v1/generations/{generation_id}/cancel", { params: { path: { generation_id: id } } })),
    onSuccess: (generation) => {
      client.setQueryData(generationQuery(generation.id).queryKey, generation);
    },
  });
}
