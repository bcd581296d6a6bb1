import { useSyncExternalStore } from "react";

export interface ToastMessage {
  id: number;
  text: string;
  /** "danger" is announced at once, the others when the screen reader is idle. */
  tone: "plain" | "danger";
  actions?: readonly { label: string; run: () => void }[];
}

let toasts: readonly ToastMessage[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function publish(next: readonly ToastMessage[]) {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Says for 8 s what happened. Give `actions` to undo, instead of asking for confirmation before. */
export function toast(text: string, options: Partial<Pick<ToastMessage, "tone" | "actions">> = {}) {
  publish([...toasts, { id: nextId++, text, tone: "plain", ...options }]);
}

export function dismissToast(id: number) {
  publish(toasts.filter((message) => message.id !== id));
}

/** Toasts about one person's actions must not be shown to the next person. */
export function clearToasts() {
  publish([]);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useToasts(): readonly ToastMessage[] {
  return useSyncExternalStore(subscribe, () => toasts);
}
