import {
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
} from "@tanstack/react-query";

import { api, done, unwrap, unwrapPage, type Page } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type RenderCard = Schemas["RenderCardView"];
export type RenderDetail = Schemas["RenderDetailView"];
export type RenderVariant = Schemas["VariantView"];
export type Cover = Schemas["CoverView"];
export type Sort = "newest" | "oldest" | "deleted" | "manual" | "added";

/** Which renders a list shows; the API's own names. Dates are ISO moments, half open. */
export interface RenderFilters {
  preset?: string[];
  family?: string[];
  text?: string;
  favorite?: boolean;
  collection_id?: string;
  created_from?: string;
  created_before?: string;
  trashed?: boolean;
}

/** A list as it is looked at. With `month` (YYYY-MM) it opens there, and the renders before it come on demand. */
export interface Listing {
  filters: RenderFilters;
  sort: Sort;
  month: string | null;
}

const PAGE_SIZE = 50;
/** Changes made here are put into the lists at once, so they are asked again for changes made elsewhere only. */
const STALE_AFTER_MS = 10 * 60_000;
/** A little less than the hour that the signed URLs of a list live. */
const URLS_LIVE_MS = 50 * 60_000;

interface PageParam {
  /** Against the order of the list, from `month` on. */
  back: boolean;
  cursor: string | null;
}

const FIRST_PAGE: PageParam = { back: false, cursor: null };

/** Renders page by page, from `month` in both directions. */
export function rendersQuery(listing: Listing) {
  return infiniteQueryOptions({
    queryKey: ["renders", "list", listing],
    queryFn: ({ pageParam, signal }) => readPage(listing, pageParam, signal),
    initialPageParam: FIRST_PAGE,
    getNextPageParam: ({ nextCursor }) => (nextCursor === null ? null : { back: false, cursor: nextCursor }),
    getPreviousPageParam: ({ nextCursor }, _pages, { back }) => {
      if (listing.month === null || (back && nextCursor === null)) return null;
      return { back: true, cursor: back ? nextCursor : null };
    },
    staleTime: STALE_AFTER_MS,
    refetchInterval: URLS_LIVE_MS,
    refetchOnWindowFocus: false,
  });
}

async function readPage(listing: Listing, { back, cursor }: PageParam, signal: AbortSignal): Promise<Page<RenderCard>> {
  const query = { ...queryOf(listing, back), cursor, limit: PAGE_SIZE };
  const page = await unwrapPage(api.GET("/api/v1/renders", { params: { query }, signal }));
  return back ? { ...page, rows: page.rows.toReversed() } : page;
}

/** What to ask for the part of a list from its month on, or for the part before that, nearest first. */
export function queryOf({ filters, sort, month }: Listing, back: boolean): RenderFilters & { sort: Sort } {
  if (month === null) return { ...filters, sort };
  const latestFirst = sort === "newest";
  const edge = startOf(month, latestFirst ? 1 : 0);
  const { created_from: from, created_before: before } = filters;
  return latestFirst === back
    ? { ...filters, sort: "oldest", created_from: from !== undefined && Date.parse(from) > Date.parse(edge) ? from : edge }
    : { ...filters, sort: "newest", created_before: before !== undefined && Date.parse(before) < Date.parse(edge) ? before : edge };
}

/** The first moment (UTC) of a month, or of the one `later` months after it. */
function startOf(month: string, later: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + later)).toISOString();
}

/** How many renders match, by month (UTC), latest first. */
export function monthsQuery(filters: RenderFilters) {
  return queryOptions({
    queryKey: ["renders", "months", filters],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/renders/months", { params: { query: filters }, signal })),
  });
}

/** One render with everything about it. */
export function renderQuery(id: string) {
  return queryOptions({
    queryKey: ["renders", "one", id],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/renders/{render_id}", { params: { path: { render_id: id } }, signal })),
    refetchInterval: URLS_LIVE_MS,
  });
}

/** Renders named one by one, or all that a list shows. */
export type Selected = { ids: readonly string[] } | { matching: RenderFilters };
export type BulkAction = Schemas["BulkChange"]["action"];

export interface Moved {
  changed: number;
  /** The moments that name the change when it is undone. */
  at: string[];
}

/** As many as one request may name (BulkChange in the API). */
export const MOST_IDS = 500;

/** Changes renders, in steps of as many as one request may name. Throws ApiError. */
export async function moveRenders(action: BulkAction, selected: Selected, collectionId: string | null = null): Promise<Moved> {
  const selections =
    "matching" in selected ? [{ matching: matchingOf(selected.matching) }] : chunks(selected.ids).map((ids) => ({ ids }));
  const moved: Moved = { changed: 0, at: [] };
  for (const selection of selections) {
    const { changed, at } = await change(action, selection, collectionId);
    moved.changed += changed;
    if (at !== null) moved.at.push(at);
  }
  return moved;
}

/** Takes a move back by the moments it happened at. Throws ApiError. */
export async function undoMove(action: "restore" | "uncollect", { at }: Moved, collectionId: string | null = null) {
  for (const moment of at) await change(action, { changed_at: moment }, collectionId);
}

function change(action: BulkAction, selection: Schemas["SelectedRenders"], collectionId: string | null) {
  return unwrap(api.POST("/api/v1/renders/bulk", { body: { action, selection, collection_id: collectionId } }));
}

/** The trash is a place of its own: the action says whether it is meant. */
function matchingOf(filters: RenderFilters): Schemas["SelectedQuery"] {
  const { preset = [], family = [], favorite = false, text = null, collection_id = null } = filters;
  const { created_from = null, created_before = null } = filters;
  return { preset, family, favorite, text, collection_id, created_from, created_before };
}

function chunks(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / MOST_IDS) }, (_, index) => ids.slice(index * MOST_IDS, (index + 1) * MOST_IDS));
}

type Lists = InfiniteData<Page<RenderCard>, PageParam>;
const LISTS = { queryKey: ["renders", "list"] };

/** Changes cards in every list that shows them, and returns how to take that back. */
export function changeCards(client: QueryClient, change: (card: RenderCard) => RenderCard | null): () => void {
  const before = client.getQueriesData<Lists>(LISTS);
  client.setQueriesData<Lists>(LISTS, (list) =>
    list && {
      ...list,
      pages: list.pages.map((page) => ({ ...page, rows: page.rows.map(change).filter((card) => card !== null) })),
    },
  );
  return () => {
    for (const [key, list] of before) client.setQueryData(key, list);
  };
}

/** After a change of which renders there are, or where: counts and collections are asked again, lists when told so. */
export function refreshRenders(client: QueryClient, { lists }: { lists: boolean }) {
  if (lists) void client.invalidateQueries(LISTS);
  void client.invalidateQueries({ queryKey: ["renders", "months"] });
  void client.invalidateQueries({ queryKey: ["renders", "one"] });
  void client.invalidateQueries({ queryKey: ["collections"] });
}

/** After named renders left one side of the trash: they appear on the other, where somebody may be looking already. */
export function refreshWhereTheyAppear(client: QueryClient, inTrash: boolean) {
  void client.invalidateQueries({ ...LISTS, refetchType: "none" });
  void client.invalidateQueries({
    ...LISTS,
    predicate: ({ queryKey }) => Boolean((queryKey[2] as Listing).filters.trashed) === inTrash,
  });
}

/** In "My Favorites" or not: shown at once, taken back when it fails. */
export function useFavorite() {
  const client = useQueryClient();
  const show = (id: string, favorite: boolean) => {
    changeCards(client, (card) => (card.id === id ? { ...card, is_favorite: favorite } : card));
    client.setQueryData(renderQuery(id).queryKey, (render) => render && { ...render, is_favorite: favorite });
  };
  return useMutation({
    mutationFn: ({ id, favorite }: { id: string; favorite: boolean }) => {
      const params = { params: { path: { render_id: id } } };
      return done(favorite ? api.PUT("/api/v1/renders/{render_id}/favorite", params) : api.DELETE("/api/v1/renders/{render_id}/favorite", params));
    },
    onMutate: ({ id, favorite }) => show(id, favorite),
    onError: (_error, { id, favorite }) => show(id, !favorite),
    onSuccess: () => refreshRenders(client, { lists: false }),
  });
}

/** Title or cover: shown at once, taken back when it fails. */
export function useChangeRender(id: string) {
  const client = useQueryClient();
  const { queryKey } = renderQuery(id);
  return useMutation({
    mutationFn: (body: { title?: string; cover_variant_id?: string }) =>
      unwrap(api.PATCH("/api/v1/renders/{render_id}", { params: { path: { render_id: id } }, body })),
    onMutate: (changes) => {
      const before = client.getQueryData(queryKey);
      client.setQueryData(queryKey, (render) => render && { ...render, ...changes });
      return before;
    },
    onError: (_error, _changes, before) => client.setQueryData(queryKey, before),
    onSuccess: ({ title, cover_variant_id: cover, variants }) => {
      const variant = variants.find((each) => each.id === cover);
      changeCards(client, (card) => (card.id === id ? { ...card, title, cover: variant ? coverOf(variant) : card.cover } : card));
      void client.invalidateQueries({ queryKey: ["collections"] });
    },
  });
}

function coverOf({ id, thumbnail_url, width, height, placeholder }: RenderVariant): Cover {
  return { variant_id: id, thumbnail_url, width, height, placeholder };
}

/** Deletes one variant for ever. */
export function useDeleteVariant() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => done(api.DELETE("/api/v1/renders/variants/{variant_id}", { params: { path: { variant_id: id } } })),
    onSuccess: () => refreshRenders(client, { lists: true }),
  });
}

/** Puts a render into a collection, or takes it out. */
export function useCollected() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ renderId, collectionId, collected }: { renderId: string; collectionId: string; collected: boolean }) => {
      const params = { params: { path: { collection_id: collectionId, render_id: renderId } } };
      return done(
        collected
          ? api.PUT("/api/v1/collections/{collection_id}/items/{render_id}", params)
          : api.DELETE("/api/v1/collections/{collection_id}/items/{render_id}", params),
      );
    },
    onSuccess: () => refreshRenders(client, { lists: true }),
  });
}

/** Moves a render within a collection's own order: behind another one, or first. */
export function usePlaceItem(collectionId: string) {
  const client = useQueryClient();
  const moveCards = (renderId: string, behind: string | null) => {
    const before = client.getQueriesData<Lists>(LISTS);
    const { queryKey } = rendersQuery(manualOrder(collectionId));
    client.setQueryData(queryKey, (list) => list && { ...list, pages: placed(list.pages, renderId, behind) });
    return () => {
      for (const [key, list] of before) client.setQueryData(key, list);
    };
  };
  return useMutation({
    mutationFn: ({ renderId, behind }: { renderId: string; behind: string | null }) =>
      done(
        api.PUT("/api/v1/collections/{collection_id}/items/{render_id}/place", {
          params: { path: { collection_id: collectionId, render_id: renderId } },
          body: { behind },
        }),
      ),
    onMutate: ({ renderId, behind }) => moveCards(renderId, behind),
    onError: (_error, _move, putBack) => putBack?.(),
  });
}

/** A collection in the order its owner gave it. */
export function manualOrder(collectionId: string): Listing {
  return { filters: { collection_id: collectionId }, sort: "manual", month: null };
}

/** Pages of the same lengths with one render in another place. */
export function placed(pages: Page<RenderCard>[], renderId: string, behind: string | null): Page<RenderCard>[] {
  const rows = pages.flatMap((page) => page.rows);
  const moved = rows.find(({ id }) => id === renderId);
  if (!moved || renderId === behind) return pages;
  const others = rows.filter((row) => row !== moved);
  others.splice(behind === null ? 0 : others.findIndex(({ id }) => id === behind) + 1, 0, moved);
  let from = 0;
  return pages.map((page) => ({ ...page, rows: others.slice(from, (from += page.rows.length)) }));
}
