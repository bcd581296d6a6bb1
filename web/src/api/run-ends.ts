import { useQueryClient, type InfiniteData, type Query, type QueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent } from "react";

import type { Page } from "./client";
import { after, effects } from "./effects";
import { keys } from "./keys";
import { isInFlight, isSettled, type Generation } from "./run-state";

/**
 * Calls `onEnd` once when a generation ends, whichever answer says it first: the one about it, or the list. An expired
 * generation ends a second time, when the provider has answered. Returns a function that stops it.
 */
export function observeRunEnds(client: QueryClient, onEnd: (generation: Generation) => void): () => void {
  const last = new Map<string, Generation>();
  const see = (generation: Generation) => {
    const before = last.get(generation.id);
    // An answer that was asked for before the end may arrive after it.
    if (before && stage(generation) < stage(before)) return;
    last.set(generation.id, generation);
    if (before && stage(generation) > stage(before)) onEnd(generation);
  };
  const cache = client.getQueryCache();
  for (const query of cache.findAll({ queryKey: keys.generations.all })) generationsIn(query).forEach(see);
  return cache.subscribe((event) => {
    if (event.type === "updated" && event.action.type === "success") generationsIn(event.query as Query).forEach(see);
  });
}

/** Asks again, after each end, for what changed with it, and calls `onEnd`. */
export function useRunEnds(onEnd: (generation: Generation) => void) {
  const client = useQueryClient();
  const tell = useEffectEvent((generation: Generation) => {
    after(client, effects.generationChanged);
    onEnd(generation);
  });
  useEffect(() => observeRunEnds(client, (generation) => tell(generation)), [client]);
}

/** A generation is in flight, then perhaps expired, then settled. */
function stage(generation: Generation): number {
  return isInFlight(generation) ? 0 : isSettled(generation) ? 2 : 1;
}

/** The generations in the answer to a query; none in answers about something else. */
function generationsIn({ queryKey: [subject, part], state: { data } }: Query): Generation[] {
  if (subject !== keys.generations.all[0] || data === undefined) return [];
  return part === keys.generations.list[1]
    ? (data as InfiniteData<Page<Generation>>).pages.flatMap(({ rows }) => rows)
    : [data as Generation];
}
