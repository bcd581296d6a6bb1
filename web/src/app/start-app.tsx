import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import type { ReactElement } from "react";

import { configQuery } from "@/api/config";
import { createQueryClient, forgetPrivateData } from "@/api/query-client";
import { startSession, subscribe } from "@/auth/session";
import { clearToasts } from "@/components/ui/toast-store";
import { keepVisitorsApplied } from "@/lib/applied-settings";

import { createAppRouter } from "./router";

/** Puts the parts together: configuration, session, cache and routes. Throws ApiError when the API does not answer. */
export async function startApp(): Promise<ReactElement> {
  const queryClient = createQueryClient();
  const router = createAppRouter(queryClient);
  const config = await queryClient.query(configQuery);
  await startSession({
    url: config.supabase_url,
    publishableKey: config.supabase_publishable_key,
    onPersonChange: () => {
      forgetPrivateData(queryClient);
      clearToasts();
      keepVisitorsApplied();
    },
    onRecovery: () => void router.navigate({ to: "/reset-password", replace: true }),
  });
  // Guards run again whenever somebody signs in or out, in this tab or another.
  subscribe(() => void router.invalidate());

  return (
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}
