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
  // What is named here is all that this line keeps in the build; a bare import() would keep the whole router.
  () => import("@tanstack/react-router").then(({ RouterProvider }) => RouterProvider).catch(notLoaded),
  // Asked for at once, but after what it needs: together they would be evaluated in one piece.
  () => fetchPage(window.location),
  () => import("./start").catch(notLoaded),
];
for (const step of steps) setTimeout(step);

function notLoaded() {
  document.getElementById("not-loaded")?.removeAttribute("hidden");
}
