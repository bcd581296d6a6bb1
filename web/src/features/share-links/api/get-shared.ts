import { infiniteQueryOptions } from "@tanstack/react-query";

import { api } from "@/api/client";
import { failureOf } from "@/api/errors";
import { keys } from "@/api/keys";
import type { components } from "@/api/schema";

export type SharedRender = components["schemas"]["SharedRenderView"];

/** What a link shows, page by page. Requested again at every visit, because the link may have been turned off. */
export function sharedQuery(token: string) {
  return infiniteQueryOptions({
    queryKey: keys.shared(token),
    queryFn: async ({ signal, pageParam }) => {
      const { data, error, response } = await api.GET("/api/v1/shared/{token}", {
        params: { path: { token }, query: { cursor: pageParam } },
        signal,
      });
      if (data === undefined) throw failureOf(response.status, error, (name) => response.headers.get(name));
      return { ...data.data, nextCursor: data.meta.next_cursor ?? null };
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    staleTime: 0,
  });
}
