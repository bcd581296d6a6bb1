import "@/styles/index.css";

import { beginPage } from "./page-code";

// One after the other, as they arrive: together they would keep a phone from answering a finger for a quarter of a second.
void import("@tanstack/react-router");
beginPage(window.location);
void import("./start");
