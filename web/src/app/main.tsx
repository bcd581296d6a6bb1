import "@/styles/index.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { startApp } from "./start-app";
import { StartFailed } from "./start-failed";

const container = document.getElementById("root");
if (!container) throw new Error("index.html has no #root");
const page = createRoot(container);

function start(attempt: number) {
  startApp().then(
    (app) => page.render(<StrictMode>{app}</StrictMode>),
    // A key per attempt, so that each one counts down again.
    (error: unknown) => page.render(<StartFailed key={attempt} error={error} retry={() => start(attempt + 1)} />),
  );
}

start(1);
