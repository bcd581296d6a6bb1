import { startTransition, StrictMode, type ReactNode } from "react";
import { createRoot } from "react-dom/client";

import { startApp } from "./start-app";
import { StartFailed } from "./start-failed";

const container = document.getElementById("root");
if (!container) throw new Error("index.html has no #root");
const page = createRoot(container);

/** In slices, which leave the page free to answer a finger meanwhile. */
const render = (content: ReactNode) => startTransition(() => page.render(content));

function start(attempt: number) {
  startApp().then(
    (app) => render(<StrictMode>{app}</StrictMode>),
    // A key per attempt, so that each one counts down again.
    (error: unknown) => render(<StartFailed key={attempt} error={error} retry={() => start(attempt + 1)} />),
  );
}

// Not in the task that has just read the code of everything.
setTimeout(() => start(1));
