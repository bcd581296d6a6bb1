import { queryOptions, useQuery } from "@tanstack/react-query";

import { api, unwrap } from "./client";

/** Credits of this period. Invalidate ["usage"] after everything that spends or refunds credits. */
export const usageQuery = queryOptions({
  queryKey: ["usage"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/usage", { signal })),
});

export function useUsage() {
  return useQuery(usageQuery);
}
