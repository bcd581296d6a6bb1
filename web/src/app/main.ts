import "@/styles/index.css";

import { askForPage, fetchPage } from "./page-code";

/**
 * One after the other, each in a piece of work of its own, and evaluated as it arrives: together they would keep a phone
 * from answering a finger for a quarter of a second.
 */
const steps = [
  () => askForPage(window.location),
  // Members see their credits on every page; the other font is preloaded by index.html.
  () => "member" in document.documentElement.dataset && void document.fonts.load("1em Geist Mono Digits", "0"),
  () => import("react-dom/client").catch(notLoaded),
  () => import("@tanstack/react-router").catch(notLoaded),
  () => fetchPage(window.location),
  () => import("./start").catch(notLoaded),
];
for (const step of steps) setTimeout(step);

function notLoaded() {
  document.getElementById("not-loaded")?.removeAttribute("hidden");
}
