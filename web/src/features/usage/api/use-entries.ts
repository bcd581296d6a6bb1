import { useInfiniteQuery } from "@tanstack/react-query";

import { api, unwrapPage } from "@/api/client";
import { keys } from "@/api/keys";

const PAGE_SIZE = 20;

/** The ledger, latest first. */
export function useEntries() {
  return useInfiniteQuery({
    queryKey: keys.usage.entries,
    queryFn: ({ pageParam, signal }) =>
      unwrapPage(
        api.GET("/api/v1/usage/entries", { params: { query: { limit: PAGE_SIZE, cursor: pageParam } }, signal }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
  });
}
