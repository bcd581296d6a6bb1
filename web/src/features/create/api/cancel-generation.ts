import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import { generationQuery } from "@/api/generations";

/** Requests to cancel a generation. It ends, with its refund, when the provider has answered. */
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
