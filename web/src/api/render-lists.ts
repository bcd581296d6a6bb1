import {
  hashKey,
  infiniteQueryOptions,
  queryOptions,
  type InfiniteData,
  type QueryClient,
} from "@tanstack/react-query";

import { timeZone } from "@/lib/time-zone";

import { api, unwrap, unwrapPage } from "./client";
import { KEPT_MS } from "./collections";
import { keys, listOf } from "./keys";
import { RENDERS_PER_PAGE } from "./page-sizes";
import { everyList, tick } from "./pending";
import type { Listing, ListMatcher, Part, RenderCard, RenderFilters, RendersPage, Sort } from "./render-types";
import { URLS_LIVE_MS } from "./signed-urls";

/** Changes made here are laid over the lists (pending.ts). Refetching is needed only for changes made elsewhere. */
const STALE_AFTER_MS = 10 * 60_000;

/**
 * Renders page by page, from `month` on. What comes before is a list of its own, so that each is read from its start.
 */
export function rendersQuery(listing: Listing, part: Part = "on") {
  return infiniteQueryOptions({
    queryKey: keys.renders.list(listing, part),
    queryFn: ({ pageParam, signal }) => readPage(listing, part, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    staleTime: STALE_AFTER_MS,
    gcTime: KEPT_MS,
    // A long list is many requests; expired picture URLs are renewed page by page, see renewPictures.
    refetchOnWindowFocus: false,
  });
}

async function readPage(
  listing: Listing,
  part: Part,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<RendersPage> {
  const requestedAt = tick();
  const query = { ...queryOf(listing, part), cursor, limit: RENDERS_PER_PAGE };
  const page = await unwrapPage(api.GET("/api/v1/renders", { params: { query }, signal }));
  return { ...page, requestedAt, readAt: Date.now() };
}

/** The query of one part of a list. */
export function queryOf({ filters, sort, month }: Listing, part: Part): RenderFilters & { sort: Sort } {
  if (month === null) return { ...filters, sort };
  const latestFirst = sort === "newest";
  const edge = startOf(month, latestFirst ? 1 : 0);
  const { created_from: from, created_before: before } = filters;
  return latestFirst === (part === "before")
    ? {
        ...filters,
        sort: "oldest",
        created_from: from !== undefined && Date.parse(from) > Date.parse(edge) ? from : edge,
      }
    : {
        ...filters,
        sort: "newest",
        created_before: before !== undefined && Date.parse(before) < Date.parse(edge) ? before : edge,
      };
}

/** The start of a month in the person's time zone, or of the month `later` months after it. */
function startOf(month: string, later: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(year, number - 1 + later).toISOString();
}

/** How many renders match, by month, latest month first. */
export function monthsQuery(filters: RenderFilters) {
  return queryOptions({
    queryKey: keys.renders.months(filters),
    queryFn: ({ signal }) => {
      const query = { ...filters, time_zone: timeZone() };
      return unwrap(api.GET("/api/v1/renders/months", { params: { query }, signal }));
    },
  });
}

/** Writes what the server said of pages into lists, without changing the lists' age. */
function writePages(
  client: QueryClient,
  matches: ListMatcher,
  change: (page: RendersPage, index: number) => RendersPage,
) {
  for (const query of client.getQueryCache().findAll({ queryKey: keys.renders.lists })) {
    if (!matches(...listOf(query.queryKey))) continue;
    const list = query.state.data as InfiniteData<RendersPage, string | null> | undefined;
    if (!list) continue;
    const { isInvalidated, dataUpdatedAt } = query.state;
    client.setQueryData(query.queryKey, { ...list, pages: list.pages.map(change) }, { updatedAt: dataUpdatedAt });
    if (isInvalidated) query.invalidate();
  }
}

/**
 * Renews the URLs of a list's page that holds a render, after one of its pictures failed to load. A page whose URLs are
 * still valid is not read again: then the file is missing, or the network.
 */
export async function renewPictures(client: QueryClient, listing: Listing, renderId: string) {
  for (const part of ["on", "before"] as const) {
    const { queryKey } = rendersQuery(listing, part);
    const list = client.getQueryData(queryKey);
    const at = list?.pages.findIndex(({ rows }) => rows.some(({ id }) => id === renderId)) ?? -1;
    const page = list?.pages[at];
    if (!page || Date.now() - page.readAt < URLS_LIVE_MS) continue;
    // The other pictures of the page fail at the same time; one request is enough for all.
    const sameList: ListMatcher = (other, otherPart) => hashKey([other, otherPart]) === hashKey([listing, part]);
    const stamp = (readAt: number) =>
      writePages(client, sameList, (each, index) => (index === at ? { ...each, readAt } : each));
    stamp(Date.now());
    try {
      const { rows } = await readPage(listing, part, (list.pageParams[at] ?? null) as string | null);
      const covers = new Map(rows.map(({ id, cover }) => [id, cover]));
      const renewed = (card: RenderCard) =>
        covers.has(card.id) ? { ...card, cover: covers.get(card.id) ?? null } : card;
      writePages(client, everyList, (each) => ({ ...each, rows: each.rows.map(renewed) }));
    } catch {
      stamp(page.readAt);
    }
  }
}
