import { startTransition, StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";

import { startApp } from "./start-app";
import { StartFailed } from "./start-failed";

const container = document.getElementById("root");
if (!container) throw new Error("index.html has no #root");
const page = createRoot(container);

/** As a transition: React renders in slices, and the page can handle input between them. */
const render = (content: ReactNode) => startTransition(() => page.render(content));

function start(attempt: number) {
  startApp().then(
    (app) => render(<StrictMode>{app}</StrictMode>),
    // A key per attempt, so that each one counts down.
    (error: unknown) => render(<StartFailed key={attempt} error={error} retry={() => start(attempt + 1)} />),
  );
}

// In a new task, not in the one that has just evaluated all the code.
setTimeout(() => start(1));
