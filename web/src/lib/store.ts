import { useSyncExternalStore } from "react";

/** A value outside of React, which components follow with `use`. `read` gives the first one, when it is needed. */
export function createStore<T>(read: () => T) {
  let current: { value: T } | null = null;
  const listeners = new Set<() => void>();
  const get = () => (current ??= { value: read() }).value;
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    get,
    set: (value: T) => {
      current = { value };
      for (const listener of listeners) listener();
    },
    subscribe,
    use: () => useSyncExternalStore(subscribe, get),
  };
}
