import { useSyncExternalStore } from "react";

export interface ToastMessage {
  id: number;
  text: string;
  /** "danger" is read out at once, the rest when the screen reader is idle. */
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

/** Says what happened, for 8 s. Give `actions` for what can be undone instead of asking before. */
export function toast(text: string, options: Partial<Pick<ToastMessage, "tone" | "actions">> = {}) {
  publish([...toasts, { id: nextId++, text, tone: "plain", ...options }]);
}

export function dismissToast(id: number) {
  publish(toasts.filter((message) => message.id !== id));
}

/** Nothing a person did may stay on screen for the next one. */
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
