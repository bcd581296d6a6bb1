import {
  hashKey,
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
  type QueryKey,
} from "@tanstack/react-query";

import { api, done, unwrap, unwrapPage, type Page } from "./client";
import { collectionQuery, KEPT_MS } from "./collections";
import { lay, tick, type Which } from "./pending";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type RenderCard = Schemas["RenderCardView"];
export type RenderDetail = Schemas["RenderDetailView"];
export type RenderVariant = Schemas["VariantView"];
export type Cover = Schemas["CoverView"];
export type Sort = "newest" | "oldest" | "deleted" | "manual" | "added";

/** Which renders a list shows, with the API's own names. Dates are ISO times, from inclusive, before exclusive. */
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

/** A list as it is shown. With `month` (YYYY-MM) it starts there; the renders before it are loaded on demand. */
export interface Listing {
  filters: RenderFilters;
  sort: Sort;
  month: string | null;
}

/** "on" is the list from its start onwards; "before" is what comes before its month, nearest first. */
export type Part = "on" | "before";

/** A page of a list. */
export interface RendersPage extends Page<RenderCard> {
  /** When it was asked for, as `tick` counts: changes that were done later are not in it. */
  askedAt: number;
  /** When it was read, in milliseconds since 1970, because its signed URLs expire. */
  readAt: number;
}

const PAGE_SIZE = 50;
/** Changes made here are laid over the lists (pending.ts). Refetching is needed only for changes made elsewhere. */
const STALE_AFTER_MS = 10 * 60_000;
/** A signed URL is valid for an hour, and handed out for half an hour (libs/repositories/storage.py). */
const URLS_LIVE_MS = 30 * 60_000;
const RENEW_AFTER_MS = 25 * 60_000;

/**
 * Renders page by page, from `month` on. What comes before is a list of its own, so that each is read from its start.
 */
export function rendersQuery(listing: Listing, part: Part = "on") {
  return infiniteQueryOptions({
    queryKey: ["renders", "list", listing, part],
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
  const askedAt = tick();
  const query = { ...queryOf(listing, part), cursor, limit: PAGE_SIZE };
  const page = await unwrapPage(api.GET("/api/v1/renders", { params: { query }, ...(signal && { signal }) }));
  return { ...page, askedAt, readAt: Date.now() };
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

/** The start (UTC) of a month, or of the month `later` months after it. */
function startOf(month: string, later: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + later)).toISOString();
}

/** How many renders match, by month (UTC), latest month first. */
export function monthsQuery(filters: RenderFilters) {
  return queryOptions({
    queryKey: ["renders", "months", filters],
    queryFn: ({ signal }) => unwrap(api.GET("/api/v1/renders/months", { params: { query: filters }, signal })),
  });
}

/** One render with all its details. */
export function renderQuery(id: string) {
  return queryOptions({
    queryKey: ["renders", "one", id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/renders/{render_id}", { params: { path: { render_id: id } }, signal })),
    refetchInterval: RENEW_AFTER_MS,
  });
}

/** Renders by id, or all that a filter matches. */
export type Selected = { ids: readonly string[] } | { matching: RenderFilters };
export type BulkAction = Schemas["BulkChange"]["action"];

export interface Moved {
  changed: number;
  /** The times of the changes, by which they can be undone. */
  at: string[];
  /** The error that stopped the change half way, and the renders that were not changed. */
  stopped: { error: unknown; left: readonly string[] } | null;
}

interface Move {
  action: BulkAction;
  selected: Selected;
  collectionId?: string | null;
  /** Renders that one request may name at most. */
  maxIds: number;
}

/** Changes renders, in several requests if there are many. Throws ApiError when nothing was changed. */
export async function moveRenders({ action, selected, collectionId = null, maxIds }: Move): Promise<Moved> {
  const moved: Moved = { changed: 0, at: [], stopped: null };
  const step = async (selection: Schemas["Selection"]) => {
    const { changed, at } = await change(action, selection, collectionId);
    moved.changed += changed;
    if (at !== null) moved.at.push(at);
  };
  if ("matching" in selected) {
    await step({ matching: matchingOf(selected.matching) });
    return moved;
  }
  for (let from = 0; from < selected.ids.length; from += maxIds) {
    try {
      await step({ ids: selected.ids.slice(from, from + maxIds) });
    } catch (error) {
      if (from === 0) throw error;
      return { ...moved, stopped: { error, left: selected.ids.slice(from) } };
    }
  }
  return moved;
}

/** Undoes a move by the times of its changes. Throws ApiError. */
export async function undoMove(
  action: "restore" | "uncollect",
  { at }: Pick<Moved, "at">,
  collectionId: string | null = null,
) {
  for (const time of at) await change(action, { changed_at: time }, collectionId);
}

function change(action: BulkAction, selection: Schemas["Selection"], collectionId: string | null) {
  return unwrap(api.POST("/api/v1/renders/bulk", { body: { action, selection, collection_id: collectionId } }));
}

/** Without `trashed`: the action itself says whether it works on the trash. */
function matchingOf(filters: RenderFilters): Schemas["RenderQuery"] {
  const { preset = [], family = [], favorite = false, text = null, collection_id = null } = filters;
  const { created_from = null, created_before = null } = filters;
  return { preset, family, favorite, text, collection_id, created_from, created_before };
}

const LISTS = { queryKey: ["renders", "list"] };
export const everyList: Which = () => true;

function isOf(which: Which) {
  return ({ queryKey }: { queryKey: QueryKey }) => which(queryKey[2] as Listing, queryKey[3] as Part);
}

/** Writes what the server said of pages into lists, without changing the lists' age. */
function writePages(client: QueryClient, which: Which, change: (page: RendersPage, index: number) => RendersPage) {
  for (const query of client.getQueryCache().findAll({ ...LISTS, predicate: isOf(which) })) {
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
    const sameList: Which = (other, otherPart) => hashKey([other, otherPart]) === hashKey([listing, part]);
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

/** After renders were added, removed or moved: refetches counts, collections and generations, and lists if `lists`. */
export function refreshRenders(client: QueryClient, { lists }: { lists: boolean }) {
  if (lists) void client.invalidateQueries(LISTS);
  void client.invalidateQueries({ queryKey: ["generations"] });
  void client.invalidateQueries({ queryKey: ["renders", "months"] });
  void client.invalidateQueries({ queryKey: ["renders", "one"] });
  void client.invalidateQueries({ queryKey: ["collections"] });
}

/** Refetches lists: those on the screen at once, the others when they are opened. */
export function refreshLists(client: QueryClient, which: Which, refetchType: "active" | "none" = "active") {
  void client.invalidateQueries({ ...LISTS, predicate: isOf(which), refetchType });
}

/**
 * After renders were moved into or out of the trash: refetches the lists on the other side, which may be on the screen.
 */
export function refreshWhereTheyAppear(client: QueryClient, inTrash: boolean) {
  refreshLists(client, everyList, "none");
  refreshLists(client, ({ filters }) => Boolean(filters.trashed) === inTrash);
}

/** In "My Favorites" or not: shown at once, undone if it fails. */
export function useFavorite() {
  const client = useQueryClient();
  const favorites = (listing: Listing) => showsFavorites(client, listing);
  const showOne = (id: string, favorite: boolean) =>
    client.setQueryData(renderQuery(id).queryKey, (render) => render && { ...render, is_favorite: favorite });
  return useMutation({
    // One request after the other, so that the last one decides.
    scope: { id: "favorite" },
    mutationFn: ({ id, favorite }: { id: string; favorite: boolean }) => {
      const params = { params: { path: { render_id: id } } };
      return done(
        favorite
          ? api.PUT("/api/v1/renders/{render_id}/favorite", params)
          : api.DELETE("/api/v1/renders/{render_id}/favorite", params),
      );
    },
    onMutate: ({ id, favorite }) => {
      showOne(id, favorite);
      const card = (each: RenderCard, listing: Listing) => {
        if (each.id !== id) return each;
        return !favorite && favorites(listing) ? null : { ...each, is_favorite: favorite };
      };
      return lay(client, { lists: everyList, card });
    },
    onError: (_error, { id, favorite }, laid) => {
      laid?.takeAway();
      showOne(id, !favorite);
      refreshLists(client, favorites);
    },
    onSuccess: (_nothing, { favorite }, laid) => {
      laid.settle();
      // Renders that were removed are hidden already. Where an added one belongs, only the server knows.
      refreshLists(client, favorites, favorite ? "active" : "none");
      refreshRenders(client, { lists: false });
    },
  });
}

/** Whether a list shows favorites only. */
function showsFavorites(client: QueryClient, { filters: { favorite, collection_id: collectionId } }: Listing): boolean {
  if (favorite) return true;
  return (
    collectionId !== undefined && client.getQueryData(collectionQuery(collectionId).queryKey)?.is_favorites === true
  );
}

/** Title or cover: shown at once, undone if it fails. */
export function useChangeRender(id: string) {
  const client = useQueryClient();
  const { queryKey } = renderQuery(id);
  return useMutation({
    scope: { id: `render ${id}` },
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
      const changed = (card: RenderCard) =>
        card.id === id ? { ...card, title, cover: variant ? coverOf(variant) : card.cover } : card;
      lay(client, { lists: everyList, card: changed }).settle();
      void client.invalidateQueries({ queryKey: ["generations"] });
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
    mutationFn: (id: string) =>
      done(api.DELETE("/api/v1/renders/variants/{variant_id}", { params: { path: { variant_id: id } } })),
    onSuccess: () => refreshRenders(client, { lists: true }),
  });
}

/** Adds a render to a collection, or removes it. */
export function useCollected() {
  const client = useQueryClient();
  return useMutation({
    scope: { id: "collected" },
    mutationFn: ({
      renderId,
      collectionId,
      collected,
    }: {
      renderId: string;
      collectionId: string;
      collected: boolean;
    }) => {
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

/**
 * Moves a render within a collection's own order: behind another one, or to the first place. Moves are sent in the
 * order they were made.
 */
export function usePlaceItem(collectionId: string) {
  const client = useQueryClient();
  const inOrder: Which = ({ filters, sort }) => filters.collection_id === collectionId && sort === "manual";
  return useMutation({
    scope: { id: `order ${collectionId}` },
    mutationFn: ({ renderId, behind }: { renderId: string; behind: string | null }) =>
      placeItem(collectionId, renderId, behind),
    onMutate: ({ renderId, behind }) =>
      lay(client, { lists: inOrder, order: (cards) => placed(cards, renderId, behind) }),
    onError: (_error, _move, laid) => {
      laid?.takeAway();
      refreshLists(client, inOrder);
    },
    onSuccess: (_nothing, _move, laid) => laid.settle(),
  });
}

/** Moves a render of a collection behind another one, or to the first place. Throws ApiError. */
export function placeItem(collectionId: string, renderId: string, behind: string | null): Promise<void> {
  return done(
    api.PUT("/api/v1/collections/{collection_id}/items/{render_id}/place", {
      params: { path: { collection_id: collectionId, render_id: renderId } },
      body: { behind },
    }),
  );
}

/** A collection in the order its owner gave it. */
export function manualOrder(collectionId: string): Listing {
  return { filters: { collection_id: collectionId }, sort: "manual", month: null };
}

/** The same cards with one in another place. */
export function placed(cards: readonly RenderCard[], renderId: string, behind: string | null): readonly RenderCard[] {
  const moved = cards.find(({ id }) => id === renderId);
  if (!moved || renderId === behind) return cards;
  const others = cards.filter((card) => card !== moved);
  others.splice(behind === null ? 0 : others.findIndex(({ id }) => id === behind) + 1, 0, moved);
  return others;
}
