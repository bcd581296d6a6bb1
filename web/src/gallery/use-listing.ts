import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { rendersQuery, renewPictures, type Listing } from "@/api/renders";

/** The renders of a list as far as they are loaded, and how to load more in both directions. */
export function useListing(listing: Listing) {
  const client = useQueryClient();
  const on = useInfiniteQuery({
    ...rendersQuery(listing),
    // While another search is on its way, what was there stays; another month is another place.
    placeholderData: (before) => (listing.month === null ? before : undefined),
  });
  const waits = on.data === undefined || on.isPlaceholderData;
  // Behind the month: one goes to the month, and what lies before it comes after.
  const before = useInfiniteQuery({ ...rendersQuery(listing, "before"), enabled: listing.month !== null && !waits });

  const earlier = listing.month === null ? undefined : before.data;
  const cards = useMemo(() => {
    const rows = on.data?.pages.flatMap((page) => page.rows);
    if (!rows || !earlier) return rows ?? null;
    return [...earlier.pages.flatMap((page) => page.rows).toReversed(), ...rows];
  }, [on.data, earlier]);
  const order = useMemo(() => cards?.map(({ id }) => id) ?? [], [cards]);

  const key = JSON.stringify(listing);
  const [shown, setShown] = useState(key);
  if (!on.isPlaceholderData && shown !== key) setShown(key);

  // Nothing yet is not nothing: the list, or what is before its month, may be on its way.
  const found = cards?.length === 0 && (waits || (listing.month !== null && before.isPending)) ? null : cards;
  return {
    /** null before the first answer. */
    cards: found,
    order,
    /** How many of them come before the month that the list opens at. */
    start: earlier?.pages.reduce((count, { rows }) => count + rows.length, 0) ?? 0,
    /** Names the list that the cards belong to: the one before while this one is on its way. */
    shown,
    error: on.error ?? (listing.month === null ? null : before.error),
    loadingMore: on.isFetchingNextPage,
    onNeedMore: () => {
      if (!waits && on.hasNextPage && !on.isFetching && !on.isFetchNextPageError) void on.fetchNextPage();
    },
    onNeedEarlier: () => {
      if (before.hasNextPage && !before.isFetching && !before.isFetchNextPageError) void before.fetchNextPage();
    },
    onBroken: (renderId: string) => void renewPictures(client, listing, renderId),
    retry: () => {
      for (const part of [on, before]) if (part.isError) void (part.isFetchNextPageError ? part.fetchNextPage() : part.refetch());
    },
  };
}
