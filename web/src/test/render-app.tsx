import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { onTestFinished } from "vitest";

/** Opens the app at `path`, as the browser does. */
export async function openApp(path: string) {
  window.history.replaceState(null, "", path);
  const { startApp } = await import("@/app/start-app");
  const app = await startApp();
  const { getAuth } = await import("@/auth/session");
  // At once, not after the first page.
  const auth = await getAuth();
  // Otherwise it would notice the session of the next test, as another tab does, and send requests with its token.
  onTestFinished(() => auth.dispose());
  render(app);
  return userEvent.setup();
}
