import { useMutation } from "@tanstack/react-query";

import { api } from "@/api/client";
import { failureOf } from "@/api/errors";
import { saveFile } from "@/lib/save-file";

/** Saves a ZIP of everything the person has. */
export function useExport() {
  return useMutation({
    mutationFn: async () => {
      // The browser keeps a large Blob on disk, not in memory.
      const { data, error, response } = await api.GET("/api/v1/me/export", { parseAs: "blob" });
      if (!data) throw failureOf(response.status, error, (name) => response.headers.get(name));
      return data;
    },
    onSuccess: (file) => {
      saveFile(file, "maquette-export.zip");
    },
  });
}
