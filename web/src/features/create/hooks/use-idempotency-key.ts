import { useCallback, useRef } from "react";

/**
 * A key per wish. The same wish keeps its key until `settle`, so that pressing again after a lost answer cannot start,
 * or charge, twice.
 */
export function useIdempotencyKey() {
  const last = useRef<{ wish: string; key: string }>(null);

  const keyFor = useCallback((wish: string) => {
    if (last.current?.wish !== wish) last.current = { wish, key: crypto.randomUUID() };
    return last.current.key;
  }, []);
  const settle = useCallback(() => {
    last.current = null;
  }, []);
  return { keyFor, settle };
}
