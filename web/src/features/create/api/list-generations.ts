import { infiniteQueryOptions, useInfiniteQuery, type QueryClient } from "@tanstack/react-query";

import { api, unwrapPage } from "@/api/client";

import type { Generation } from "../types";
import { generationQuery } from "./get-generation";

const PAGE_SIZE = 12;

/** The caller's generations, newest first. Invalidate ["generations", "list"] when one starts or ends. */
export const generationsQuery = infiniteQueryOptions({
  queryKey: ["generations", "list"],
  queryFn: ({ pageParam, signal }) =>
    unwrapPage(api.GET("/api/v1/generations", { params: { query: { limit: PAGE_SIZE, cursor: pageParam } }, signal })),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.nextCursor,
});

export function useGenerations() {
  return useInfiniteQuery(generationsQuery);
}

/** Puts a generation that has just started where everybody looks, without waiting for the next answer. */
export function showStarted(client: QueryClient, generation: Generation) {
  client.setQueryData(generationQuery(generation.id).queryKey, generation);
  client.setQueryData(generationsQuery.queryKey, (list) => {
    const [first, ...rest] = list?.pages ?? [];
    if (!list || !first) return list;
    const others = first.rows.filter(({ id }) => id !== generation.id);
    return { ...list, pages: [{ ...first, rows: [generation, ...others] }, ...rest] };
  });
}

/** After a generation started, ended or was refused: what runs and what is left may differ from what we knew. */
export function refreshRuns(client: QueryClient) {
  void client.invalidateQueries({ queryKey: generationsQuery.queryKey });
  void client.invalidateQueries({ queryKey: ["usage"] });
  // A list that begins anew shows what was made; one of many pages would be read again page by page.
  client.removeQueries({ queryKey: ["renders", "list"] });
  void client.invalidateQueries({ queryKey: ["renders", "months"] });
  void client.invalidateQueries({ queryKey: ["collections"] });
}
