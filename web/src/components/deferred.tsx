import { useDeferredValue, type ReactNode } from "react";

/**
 * Parts of a page that are below the first screen of a phone, or less important: rendered after the page, in slices.
 * Rendered with it, they would block input on a phone for half a second.
 */
export function Deferred({ children }: { children: ReactNode }) {
  return useDeferredValue(true, false) && children;
}
