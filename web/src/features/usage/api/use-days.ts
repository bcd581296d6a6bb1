import { useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import { keys } from "@/api/keys";
import { timeZone } from "@/lib/time-zone";

/** Credits of each day of this period on which there was a render. */
export function useDays() {
  return useQuery({
    queryKey: keys.usage.days,
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/usage/days", { params: { query: { time_zone: timeZone() } }, signal })),
  });
}
