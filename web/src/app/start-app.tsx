import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import type { ReactElement } from "react";

import { configQuery } from "@/api/config";
import { createQueryClient, forgetPrivateData } from "@/api/query-client";
import { startSession, subscribe } from "@/auth/session";
import { clearToasts } from "@/components/ui/toast-store";
import { keepVisitorsApplied } from "@/lib/applied-settings";

import { createAppRouter } from "./router";

/** As long as the router would keep showing the page before. */
const FIRST_DATA_MS = 1000;

/** Sets up configuration, session, cache and routes. Throws ApiError when the API does not answer. */
export async function startApp(): Promise<ReactElement> {
  const queryClient = createQueryClient();
  const config = await queryClient.query(configQuery);
  await nextTask();
  const router = createAppRouter(queryClient);
  await nextTask();
  await startSession({
    url: config.supabase_url,
    publishableKey: config.supabase_publishable_key,
    onPersonChange: () => {
      forgetPrivateData(queryClient);
      clearToasts();
      keepVisitorsApplied();
    },
    onRecovery: () => {
      const isThere = window.location.pathname === "/reset-password";
      if (!isThere) void router.navigate({ to: "/reset-password", replace: true });
    },
  });
  // Run the guards again whenever somebody signs in or out, in this tab or another.
  subscribe(() => void router.invalidate());
  await nextTask();
  await router.load();
  await nextTask();
  await untilFetched(queryClient);

  return (
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}

/**
 * Ends the task, so that the browser can handle input; otherwise answers that are there already would make it one long
 * task.
 */
const nextTask = () => new Promise((resolve) => setTimeout(resolve));

/**
 * The first page is rendered once, together with its data, and in slices. What arrives later is rendered in one task,
 * which on a phone blocks input too long. Slow answers are not waited for.
 */
function untilFetched(client: QueryClient): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timeout);
      stop();
      resolve();
    };
    const timeout = setTimeout(done, FIRST_DATA_MS);
    const stop = client.getQueryCache().subscribe(() => {
      if (client.isFetching() === 0) done();
    });
    if (client.isFetching() === 0) done();
  });
}
