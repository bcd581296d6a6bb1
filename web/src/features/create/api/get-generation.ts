import { queryOptions, useQuery } from "@tanstack/react-query";

import { api, unwrap } from "@/api/client";
import { ApiError } from "@/api/errors";

import { isInFlight, isSettled } from "../run-state";
import type { Generation } from "../types";

const WATCHED_MS = 1_000;
const HIDDEN_MS = 10_000;
/** While a run is late, or waits for the provider's last word, a second makes no difference. */
const LATE_MS = 5_000;
const LONGEST_MS = 30_000;

/** One generation; asked again for as long as it can change. */
export const generationQuery = (id: string) =>
  queryOptions({
    queryKey: ["generations", "one", id],
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/generations/{generation_id}", { params: { path: { generation_id: id } }, signal })),
    staleTime: 0,
    // The next poll is the retry.
    retry: false,
    refetchIntervalInBackground: true,
    refetchInterval: ({ state }) => pollAfter(state, document.hidden),
  });

/** Polls until the generation is settled. `known` shows until the first answer. */
export function useGeneration(id: string | null, known?: Generation) {
  return useQuery({ ...generationQuery(id ?? ""), enabled: id !== null, placeholderData: known });
}

interface PollState {
  data: Generation | undefined;
  error: Error | null;
  dataUpdatedAt: number;
  errorUpdatedAt: number;
}

/** Milliseconds until the next question; false when there is nothing more to learn. */
export function pollAfter({ data, error, dataUpdatedAt, errorUpdatedAt }: PollState, hidden: boolean): number | false {
  if (error instanceof ApiError && !error.transient) return false;
  if (data && isSettled(data)) return false;
  const pace = hidden ? HIDDEN_MS : data && (data.overdue || !isInFlight(data)) ? LATE_MS : WATCHED_MS;
  if (!error) return pace;
  // As long again as it has been out of reach: 2 s, 4 s, 8 s …
  const outage = data ? errorUpdatedAt - dataUpdatedAt : LATE_MS;
  const asked = error instanceof ApiError && error.retryAfter !== undefined ? error.retryAfter * 1000 : 0;
  return Math.min(LONGEST_MS, Math.max(2 * WATCHED_MS, pace, outage, asked));
}
