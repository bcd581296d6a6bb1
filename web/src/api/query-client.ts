import { MutationCache, notifyManager, QueryClient } from "@tanstack/react-query";

import { after, effects } from "./effects";
import { ApiError } from "./errors";
import { clearPending } from "./pending";

const RETRIES = 2;
/** Milliseconds for which an answer counts as current. */
export const STALE_AFTER_MS = 30_000;

// A button is blocked before the next click is handled, also before the second one of a double click. By default a task
// of its own would run first, and both clicks would send.
notifyManager.setScheduler(queueMicrotask);

export function createQueryClient(): QueryClient {
  const client = new QueryClient({
    mutationCache: new MutationCache({
      onError: (error) => {
        if (error instanceof ApiError && error.code === "account_blocked") after(client, effects.accountBlocked);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: STALE_AFTER_MS,
        retry: (failures, error) => failures < RETRIES && error instanceof ApiError && error.transient,
        retryDelay: (failures, error) => {
          const retryAfter = error instanceof ApiError ? error.retryAfter : undefined;
          return retryAfter === undefined ? 1000 * 2 ** failures : retryAfter * 1000;
        },
      },
      // A change is not queued: offline it fails at once, instead of happening later when the network is back.
      mutations: { networkMode: "always" },
    },
  });
  return client;
}

/** Removes what belongs to a person; queries with `meta: { public: true }` stay. */
export function forgetPrivateData(client: QueryClient) {
  const isPrivate = {
    predicate: (query: { meta?: Record<string, unknown> | undefined }) => query.meta?.public !== true,
  };
  void client.cancelQueries(isPrivate);
  client.removeQueries(isPrivate);
  client.getMutationCache().clear();
  clearPending();
}
