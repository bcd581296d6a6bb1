import { useMutation, useQueryClient } from "@tanstack/react-query";

import { api, done } from "@/api/client";
import { after, effects } from "@/api/effects";

export function useRemoveUpload() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      done(api.DELETE("/api/v1/uploads/{upload_id}", { params: { path: { upload_id: id } } })),
    onSuccess: () => after(client, effects.uploadsChanged),
  });
}
