import "@testing-library/jest-dom/vitest";

import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";

// jsdom has no layout and no pointers; Radix needs both.
globalThis.ResizeObserver = class {
  observe = vi.fn();
  unobserve = vi.fn();
  disconnect = vi.fn();
};
Element.prototype.hasPointerCapture = () => false;
Element.prototype.scrollIntoView = vi.fn();
window.scrollTo = vi.fn();
window.scrollBy = vi.fn();
window.matchMedia = (query) => Object.assign(new EventTarget(), { matches: false, media: query }) as MediaQueryList;

configure({ asyncUtilTimeout: 10_000 });

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  // Session, preferences and shortcuts are state of modules: each test starts with new ones.
  vi.resetModules();
});

afterEach(() => {
  vi.useRealTimers();
  cleanup();
  window.history.replaceState(null, "", "/");
  delete document.documentElement.dataset.theme;
  // A dialog that was still closing would leave the body without pointer events for the next test.
  document.body.removeAttribute("style");
});
