import { useSyncExternalStore } from "react";

let open = false;
const listeners = new Set<() => void>();

/** Opened by its key and from the account menu. */
export function setKeyboardHelp(next: boolean) {
  open = next;
  for (const listener of listeners) listener();
}

export function openKeyboardHelp() {
  setKeyboardHelp(true);
}

export function useKeyboardHelp(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => open,
  );
}
