import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { createStore } from "@/lib/store";

import { keys } from "./keys";
import type { Listing, ListMatcher, Part, RenderCard, RendersPage } from "./render-types";

export const everyList: ListMatcher = () => true;

/**
 * What a person changed in lists of renders. `card` returns the changed card, or null to hide it; `order` returns the
 * cards in another order.
 */
export interface Change {
  lists: ListMatcher;
  card?: (card: RenderCard, listing: Listing) => RenderCard | null;
  order?: (cards: readonly RenderCard[]) => readonly RenderCard[];
}

interface PendingChange extends Change {
  /** When the server had done it, as `tick` counts; Infinity before. */
  doneAt: number;
}

let ticks = 0;

/** A logical time: later calls return more. The clock's milliseconds do not tell an answer from a question after it. */
export function tick(): number {
  return ++ticks;
}

const pending = createStore<readonly PendingChange[]>(() => []);

export interface PendingHandle {
  /** The server has done it: pages that are asked for from now on show it by themselves. */
  confirm: () => void;
  /** It failed, or was undone. */
  rollBack: () => void;
}

/**
 * Lays a change over what the server answered, so that lists show it at once. The cache keeps the answers as they came:
 * a page that is on its way, or a change that fails, cannot undo another change.
 */
export function addPending(client: QueryClient, change: Change): PendingHandle {
  let laid: PendingChange = { ...change, doneAt: Infinity };
  const oldest = oldestPage(client);
  pending.set([...pending.get().filter(({ doneAt }) => doneAt > oldest), laid]);
  return {
    confirm: () => {
      const settled = { ...laid, doneAt: tick() };
      pending.set(pending.get().map((each) => (each === laid ? settled : each)));
      laid = settled;
    },
    rollBack: () => {
      pending.set(pending.get().filter((each) => each !== laid));
    },
  };
}

/** When the oldest page of all lists in the cache was asked for. */
function oldestPage(client: QueryClient): number {
  const lists = client.getQueriesData<InfiniteData<RendersPage>>({ queryKey: keys.renders.lists });
  return Math.min(...lists.flatMap(([, list]) => list?.pages.map(({ requestedAt }) => requestedAt) ?? []));
}

/** Changes of one person must not be shown to the next. */
export function clearPending() {
  pending.set([]);
}

/** The cards that a part of a list shows: what the server said, then what was changed since. */
export function shownCards(
  listing: Listing,
  part: Part,
  pages: readonly RendersPage[],
  changes = pending.get(),
): readonly RenderCard[] {
  let rows = pages.flatMap(({ rows: cards, requestedAt }) => cards.map((card) => ({ card, requestedAt })));
  for (const { lists, card: changed, order, doneAt } of changes) {
    if (!lists(listing, part)) continue;
    if (changed) {
      rows = rows.flatMap((row) => {
        if (row.requestedAt > doneAt) return [row];
        const card = changed(row.card, listing);
        return card === null ? [] : card === row.card ? [row] : [{ ...row, card }];
      });
    }
    if (order && rows.some(({ requestedAt }) => requestedAt <= doneAt)) {
      const of = new Map(rows.map((row) => [row.card, row]));
      rows = order(rows.map(({ card }) => card)).flatMap((card) => of.get(card) ?? []);
    }
  }
  return rows.map(({ card }) => card);
}

/** `shownCards` of pages in the cache; null before they are there. */
export function useShownCards(
  listing: Listing,
  part: Part,
  pages: readonly RendersPage[] | undefined,
): readonly RenderCard[] | null {
  const changes = pending.use();
  // A listing is a new object at each drawing.
  const key = JSON.stringify(listing);
  return useMemo(
    () => (pages ? shownCards(JSON.parse(key) as Listing, part, pages, changes) : null),
    [key, part, pages, changes],
  );
}
