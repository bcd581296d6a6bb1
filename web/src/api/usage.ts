import { queryOptions, useQuery } from "@tanstack/react-query";

import { api, unwrap } from "./client";

/** Credits of this month. Invalidate ["usage"] after everything that spends or gives back. */
export const usageQuery = queryOptions({
  queryKey: ["usage"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/usage", { signal })),
});

export function useUsage() {
  return useQuery(usageQuery);
}
