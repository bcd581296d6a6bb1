import {
  infiniteQueryOptions,
  queryOptions,
  useInfiniteQuery,
  useQuery,
  type QueryClient,
} from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";

import { api, unwrap, unwrapPage } from "./client";
import { ApiError } from "./errors";
import { keys } from "./keys";
import { STALE_AFTER_MS } from "./query-client";
import { GENERATIONS_PER_PAGE } from "./page-sizes";
import { isInFlight, isSettled, type Generation } from "./run-state";

const WATCHED_MS = 1_000;
const HIDDEN_MS = 10_000;
/** Polling each second is not needed while a generation is late, or waits for the provider's final answer. */
const LATE_MS = 5_000;
const LONGEST_MS = 30_000;

/** One generation, polled for as long as it can change. */
export const generationQuery = (id: string) =>
  queryOptions({
    queryKey: keys.generations.one(id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/generations/{generation_id}", { params: { path: { generation_id: id } }, signal })),
    // Only the cover of a settled generation can change.
    staleTime: ({ state }) => (state.data && isSettled(state.data) ? STALE_AFTER_MS : 0),
    // The next poll is the retry.
    retry: false,
    refetchIntervalInBackground: true,
    refetchInterval: ({ state }) => pollAfter(state, document.hidden),
  });

/** A generation as a list has it, and when the list was read, in milliseconds since 1970. */
interface ListedGeneration {
  generation: Generation | undefined;
  at: number;
}

/**
 * Polls until the generation is settled. `known` is shown until the first answer arrives; no page waits for that
 * answer.
 */
export function useGeneration(id: string | null, known: ListedGeneration) {
  const mayPoll = useDeferredValue(id !== null, false);
  const settled = known.generation && isSettled(known.generation) ? known.generation : undefined;
  return useQuery({
    ...generationQuery(id ?? ""),
    enabled: mayPoll && id !== null,
    initialData: settled,
    initialDataUpdatedAt: known.at,
    placeholderData: known.generation,
  });
}

interface PollState {
  data: Generation | undefined;
  error: Error | null;
  dataUpdatedAt: number;
  errorUpdatedAt: number;
}

/** Milliseconds until the next poll; false when the generation cannot change any more. */
export function pollAfter({ data, error, dataUpdatedAt, errorUpdatedAt }: PollState, hidden: boolean): number | false {
  if (error instanceof ApiError && !error.transient) return false;
  if (data && isSettled(data)) return false;
  const pace = hidden ? HIDDEN_MS : data && (data.overdue || !isInFlight(data)) ? LATE_MS : WATCHED_MS;
  if (!error) return pace;
  // Wait as long as the API has been unreachable so far: 2 s, 4 s, 8 s …
  const outage = data ? errorUpdatedAt - dataUpdatedAt : LATE_MS;
  const retryAfter = error instanceof ApiError && error.retryAfter !== undefined ? error.retryAfter * 1000 : 0;
  return Math.min(LONGEST_MS, Math.max(2 * WATCHED_MS, pace, outage, retryAfter));
}

/** The caller's generations, newest first. */
export const generationsQuery = infiniteQueryOptions({
  queryKey: keys.generations.list,
  queryFn: ({ pageParam, signal }) =>
    unwrapPage(
      api.GET("/api/v1/generations", { params: { query: { limit: GENERATIONS_PER_PAGE, cursor: pageParam } }, signal }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.nextCursor,
});

export function useGenerations() {
  return useInfiniteQuery(generationsQuery);
}

/** Adds a generation that has just started to what is shown, without waiting for the next answer. */
export function showStarted(client: QueryClient, generation: Generation) {
  client.setQueryData(generationQuery(generation.id).queryKey, generation);
  client.setQueryData(generationsQuery.queryKey, (list) => {
    const [first, ...rest] = list?.pages ?? [];
    if (!list || !first) return list;
    const others = first.rows.filter(({ id }) => id !== generation.id);
    return { ...list, pages: [{ ...first, rows: [generation, ...others] }, ...rest] };
  });
}

/** The caller's generations, and the one that is running, from the latest answer. */
export function useRunning() {
  const list = useGenerations();
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  const listed = rows.find(isInFlight);
  // The list may be the first to hear of an end. A run is watched until its own answer tells it, so that nobody misses it.
  const [id, watch] = useState<string | null>(null);
  const watched = useGeneration(id, { generation: rows.find((row) => row.id === id), at: list.dataUpdatedAt });
  const over = watched.error !== null || !watched.data || !isInFlight(watched.data);
  if (listed && listed.id !== id && over) watch(listed.id);
  const running = watched.data && isInFlight(watched.data) ? watched.data : null;
  return { list, rows, listed, watched, running };
}
