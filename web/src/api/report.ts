import { useMutation } from "@tanstack/react-query";

import { api, done } from "./client";
import type { components } from "./schema";

export type Report = components["schemas"]["AddReport"];

export function useReport() {
  return useMutation({ mutationFn: (body: Report) => done(api.POST("/api/v1/reports", { body })) });
}
