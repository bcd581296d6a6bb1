import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";

import { rendersQuery, type Listing } from "@/api/renders";

/** The renders of a list as far as they are loaded, and how to load more in both directions. */
export function useListing(listing: Listing) {
  const { data, error, isPlaceholderData, refetch, ...query } = useInfiniteQuery({
    ...rendersQuery(listing),
    // While another search is on its way, what was there stays; another month is another place.
    placeholderData: (before) => (listing.month === null ? before : undefined),
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage, hasPreviousPage, isFetchingPreviousPage, fetchPreviousPage } = query;
  const cards = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? null, [data]);
  const order = useMemo(() => cards?.map(({ id }) => id) ?? [], [cards]);

  const canGoOn = hasNextPage && !isFetchingNextPage && !isPlaceholderData && !query.isFetchNextPageError;
  const onNeedMore = useCallback(() => {
    if (canGoOn) void fetchNextPage();
  }, [canGoOn, fetchNextPage]);
  const canGoBack = hasPreviousPage && !isFetchingPreviousPage && !isPlaceholderData && !query.isFetchPreviousPageError;
  const onNeedEarlier = useCallback(() => {
    if (canGoBack) void fetchPreviousPage();
  }, [canGoBack, fetchPreviousPage]);

  return {
    /** null before the first answer. */
    cards,
    order,
    error,
    complete: !hasNextPage && !hasPreviousPage,
    loadingMore: isFetchingNextPage,
    onNeedMore,
    onNeedEarlier: hasPreviousPage ? onNeedEarlier : null,
    retry: () => void (query.isFetchNextPageError ? fetchNextPage() : refetch()),
  };
}
