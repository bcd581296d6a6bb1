import { useDeferredValue, type ReactNode } from "react";

/**
 * What is below the fold of a phone, or not what one came for: drawn after the page stands, in slices. In one piece with
 * it, a phone would answer no finger for half a second.
 */
export function Later({ children }: { children: ReactNode }) {
  return useDeferredValue(true, false) && children;
}
