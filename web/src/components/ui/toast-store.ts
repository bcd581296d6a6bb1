import { createStore } from "@/lib/store";

export interface ToastMessage {
  id: number;
  text: string;
  /** "danger" is announced at once, the others when the screen reader is idle. */
  tone: "plain" | "danger";
  actions?: readonly { label: string; run: () => void }[];
}

const toasts = createStore<readonly ToastMessage[]>(() => []);
let nextId = 1;

/** More would cover the page of a phone. The oldest goes. */
const MAX_TOASTS = 4;

/** Says for 8 s what happened. Give `actions` to undo, instead of asking for confirmation before. */
export function toast(text: string, options: Partial<Pick<ToastMessage, "tone" | "actions">> = {}) {
  toasts.set([...toasts.get().slice(1 - MAX_TOASTS), { id: nextId++, text, tone: "plain", ...options }]);
}

export function dismissToast(id: number) {
  toasts.set(toasts.get().filter((message) => message.id !== id));
}

/** Toasts about one person's actions must not be shown to the next person. */
export function clearToasts() {
  toasts.set([]);
}

export const useToasts = toasts.use;
