import { createStore } from "@/lib/store";

const open = createStore(() => false);

/** Opened by its key and from the account menu. */
export const setKeyboardHelp = open.set;

export function openKeyboardHelp() {
  open.set(true);
}

export const useKeyboardHelp = open.use;
