import { useSyncExternalStore } from "react";

const STORAGE_KEY = "maquette.notify";

/** Asked when it matters: the browser keeps the page waiting for its answer about the permission. */
let wanted: boolean | undefined;
const listeners = new Set<() => void>();

/**
 * Whether a notification comes when a render is done and nobody looks. Off until somebody asks for it with a click:
 * browsers, and people, refuse those who ask by themselves.
 */
export function useNotifications() {
  return { offered: offered(), wanted: useSyncExternalStore(subscribe, isWanted), toggle };
}

/** Shows `text` where it is wanted and the window is out of sight. */
export function notify(text: string) {
  if (!document.hidden || !isWanted()) return;
  try {
    const shown = new Notification("Maquette", { body: text, icon: "/mark.svg", tag: "maquette-render" });
    shown.onclick = () => {
      window.focus();
    };
  } catch {
    // Android's browsers have the class and refuse the constructor.
  }
}

async function toggle() {
  wanted = !isWanted() && (await Notification.requestPermission()) === "granted";
  store(wanted);
  for (const listener of listeners) listener();
}

function isWanted(): boolean {
  wanted ??= offered() && Notification.permission === "granted" && stored();
  return wanted;
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Not where people have refused: only the browser's own settings change that. */
function offered(): boolean {
  return "Notification" in window && Notification.permission !== "denied";
}

function stored(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) === "on";
  } catch {
    return false;
  }
}

function store(on: boolean) {
  try {
    localStorage.setItem(STORAGE_KEY, on ? "on" : "off");
  } catch {
    // Storage is full or forbidden: the choice holds until the page is closed.
  }
}
