import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { useShownCards } from "@/api/pending";
import { rendersQuery, renewPictures } from "@/api/render-lists";
import type { Listing } from "@/api/render-types";

/** The loaded renders of a list, and functions that load more in both directions. */
export function useListing(listing: Listing) {
  const client = useQueryClient();
  const on = useInfiniteQuery({
    ...rendersQuery(listing),
    // While another search is loading, the old renders stay; for another month they do not.
    placeholderData: (before) => (listing.month === null ? before : undefined),
  });
  const waits = on.data === undefined || on.isPlaceholderData;
  // Load what comes before the month only after the list has scrolled to the month.
  const before = useInfiniteQuery({ ...rendersQuery(listing, "before"), enabled: listing.month !== null && !waits });

  const rows = useShownCards(listing, "on", on.data?.pages);
  const earlier = useShownCards(listing, "before", listing.month === null ? undefined : before.data?.pages);
  const cards = useMemo(() => (rows && earlier ? [...earlier.toReversed(), ...rows] : rows), [rows, earlier]);
  const order = useMemo(() => cards?.map(({ id }) => id) ?? [], [cards]);

  const key = JSON.stringify(listing);
  const [shown, setShown] = useState(key);
  if (!on.isPlaceholderData && shown !== key) setShown(key);

  // No renders so far does not mean none: a part of the list may still be loading.
  const found = cards?.length === 0 && (waits || (listing.month !== null && before.isPending)) ? null : cards;
  return {
    /** For QueryState: the cards and what became of the requests for them. */
    query: {
      data: found ?? undefined,
      error: on.error ?? (listing.month === null ? null : before.error),
      refetch: () => {
        for (const part of [on, before])
          if (part.isError) void (part.isFetchNextPageError ? part.fetchNextPage() : part.refetch());
      },
    },
    /** null before the first answer. */
    cards: found,
    order,
    /** How many of them come before the month at which the list starts. */
    start: earlier?.length ?? 0,
    /** Identifies the list that the cards belong to: while a list is loading, the one before. */
    shown,
    loadingMore: on.isFetchingNextPage,
    onNeedMore: () => {
      if (!waits && on.hasNextPage && !on.isFetching && !on.isFetchNextPageError) void on.fetchNextPage();
    },
    onNeedEarlier: () => {
      if (before.hasNextPage && !before.isFetching && !before.isFetchNextPageError) void before.fetchNextPage();
    },
    onBroken: (renderId: string) => void renewPictures(client, listing, renderId),
  };
}
