import { useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";

/** Credits of each day (UTC) of this period on which there was a render. */
export function useDays() {
  return useQuery({
    queryKey: ["usage", "days"],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/usage/days", { signal })),
  });
}
