import "@/styles/index.css";

import { beginPage } from "./page-code";

// One after the other, as they arrive: together they would keep a phone from answering a finger for a quarter of a second.
import("react-dom/client").catch(notLoaded);
import("@tanstack/react-router").catch(notLoaded);
beginPage(window.location);
import("./start").catch(notLoaded);

// Members see their credits on every page; the other font is preloaded by index.html.
if ("member" in document.documentElement.dataset) void document.fonts.load("1em Geist Mono Digits", "0");

function notLoaded() {
  document.getElementById("not-loaded")?.removeAttribute("hidden");
}
