import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";

import { api, unwrap } from "./client";
import { keys } from "./keys";

/** Presets, limits, plans and where to sign in. None of it is built into the client. */
export const configQuery = queryOptions({
  queryKey: keys.config,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/config", { signal })),
  staleTime: Infinity,
  gcTime: Infinity,
  meta: { public: true },
});

/** Loaded before the first page, so it is always there. */
export function useConfig() {
  return useSuspenseQuery(configQuery).data;
}
