import { createStore } from "./store";

const STORAGE_KEY = "maquette.notify";

/** Read only when needed: asking for the permission blocks the page. */
const wanted = createStore(() => offered() && Notification.permission === "granted" && stored());

/**
 * Whether to notify when a render is done while the page is hidden. Off until a person turns it on with a click:
 * browsers, and people, refuse pages that ask by themselves.
 */
export function useNotifications() {
  return { offered: offered(), wanted: wanted.use(), toggle };
}

/** Shows `text` as a notification, if wanted and the window is hidden. */
export function notify(text: string) {
  if (!document.hidden || !wanted.get()) return;
  try {
    const shown = new Notification("Maquette", { body: text, icon: "/mark.svg", tag: "maquette-render" });
    shown.onclick = () => {
      window.focus();
    };
  } catch {
    // Android's browsers have the class, but its constructor throws.
  }
}

async function toggle() {
  const on = !wanted.get() && (await Notification.requestPermission()) === "granted";
  store(on);
  wanted.set(on);
}

/** Not shown to people who refused: only the browser's settings can change that. */
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
    // Storage is full or forbidden: the choice lasts until the page is closed.
  }
}
