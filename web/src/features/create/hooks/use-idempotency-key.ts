import { useCallback, useRef } from "react";

/**
 * An idempotency key per request: the same request keeps its key until `settle`, so that trying again after a lost
 * answer cannot start, or charge, twice.
 */
export function useIdempotencyKey() {
  const last = useRef<{ fingerprint: string; key: string }>(null);

  const keyFor = useCallback((fingerprint: string) => {
    if (last.current?.fingerprint !== fingerprint) last.current = { fingerprint, key: crypto.randomUUID() };
    return last.current.key;
  }, []);
  const settle = useCallback(() => {
    last.current = null;
  }, []);
  return { keyFor, settle };
}
