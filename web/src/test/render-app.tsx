import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";

/** Opens the app at `path`, as the browser does. */
export async function openApp(path: string) {
  window.history.replaceState(null, "", path);
  const { startApp } = await import("@/app/start-app");
  render(await startApp());
  return userEvent.setup();
}
