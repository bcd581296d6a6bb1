import { QueryClient } from "@tanstack/react-query";

import { ApiError } from "./errors";

const RETRIES = 2;
/** Milliseconds in which an answer is taken for the present. */
export const STALE_AFTER_MS = 30_000;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: STALE_AFTER_MS,
        retry: (failures, error) => failures < RETRIES && error instanceof ApiError && error.transient,
        retryDelay: (failures, error) => {
          const asked = error instanceof ApiError ? error.retryAfter : undefined;
          return asked === undefined ? 1000 * 2 ** failures : asked * 1000;
        },
      },
      // A change waits for nobody: offline it fails at once, instead of happening when the network comes back.
      mutations: { networkMode: "always" },
    },
  });
}

/** Forgets what belongs to a person; queries with `meta: { public: true }` stay. */
export function forgetPrivateData(client: QueryClient) {
  const isPrivate = { predicate: (query: { meta?: Record<string, unknown> | undefined }) => query.meta?.public !== true };
  void client.cancelQueries(isPrivate);
  client.removeQueries(isPrivate);
  client.getMutationCache().clear();
}
