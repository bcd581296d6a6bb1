import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";

import { api, unwrapPage } from "@/api/client";
import { keys } from "@/api/keys";

const PAGE_SIZE = 24;

/** Photos uploaded before, newest first. Their URLs expire after an hour. */
export const uploadsQuery = infiniteQueryOptions({
  queryKey: keys.uploads.list,
  queryFn: ({ pageParam, signal }) =>
    unwrapPage(api.GET("/api/v1/uploads", { params: { query: { limit: PAGE_SIZE, cursor: pageParam } }, signal })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.nextCursor,
});

export function useUploads() {
  return useInfiniteQuery(uploadsQuery);
}
