import "./styles/index.css";

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { configQuery } from "./api/config";
import { createQueryClient, forgetPrivateData } from "./api/query-client";
import { createAppRouter } from "./app/router";
import { StartFailed } from "./app/start-failed";
import { startSession, subscribe } from "./auth/session";
import { clearToasts } from "./components/ui/toast-store";

const container = document.getElementById("root");
if (!container) throw new Error("index.html has no #root");
const page = createRoot(container);

async function start() {
  const queryClient = createQueryClient();
  const router = createAppRouter(queryClient);
  const config = await queryClient.fetchQuery(configQuery);
  await startSession({
    url: config.supabase_url,
    publishableKey: config.supabase_publishable_key,
    onPersonChange: () => {
      forgetPrivateData(queryClient);
      clearToasts();
    },
    onRecovery: () => void router.navigate({ to: "/reset-password", replace: true }),
  });
  // Guards run again whenever somebody signs in or out, in this tab or another.
  subscribe(() => void router.invalidate());

  page.render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}

function startOrExplain(attempt: number) {
  start().catch((error: unknown) => {
    // A key per attempt, so that each one counts down again.
    page.render(<StartFailed key={attempt} error={error} retry={() => startOrExplain(attempt + 1)} />);
  });
}

startOrExplain(1);
