import "@/styles/index.css";

import { prefetchData, preloadCode } from "./pages";

/**
 * Each step runs in a task of its own, and its code is evaluated when it arrives. In one task they would block input on
 * a phone for a quarter of a second.
 */
const steps = [
  () => prefetchData(window.location),
  // Signed-in people see their credits on every page; index.html preloads the other font.
  () => "member" in document.documentElement.dataset && void document.fonts.load("1em Geist Mono Digits", "0"),
  () => import("react-dom/client").catch(notLoaded),
  // Naming the export lets the build drop the rest; a bare import() would keep the whole router.
  () => import("@tanstack/react-router").then(({ RouterProvider }) => RouterProvider).catch(notLoaded),
  // Requested now, but after the code it needs; otherwise both would be evaluated in one task.
  () => preloadCode(window.location),
  () => import("./start").catch(notLoaded),
];
for (const step of steps) setTimeout(step);

function notLoaded() {
  document.getElementById("not-loaded")?.removeAttribute("hidden");
}
