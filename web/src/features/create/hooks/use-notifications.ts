import { useState } from "react";

const STORAGE_KEY = "maquette.notify";

/**
 * A notification when a render is done and nobody looks. Off until somebody asks for it with a click: browsers, and
 * people, refuse those who ask by themselves.
 */
export function useNotifications() {
  const [wanted, setWanted] = useState(() => offered() && Notification.permission === "granted" && stored());

  const toggle = async () => {
    const next = !wanted && (await Notification.requestPermission()) === "granted";
    setWanted(next);
    store(next);
  };
  const notify = (text: string) => {
    if (!wanted || !document.hidden) return;
    try {
      const shown = new Notification("Maquette", { body: text, icon: "/mark.svg", tag: "maquette-render" });
      shown.onclick = () => {
        window.focus();
      };
    } catch {
      // Android's browsers have the class and refuse the constructor.
    }
  };
  return { offered: offered(), wanted, toggle, notify };
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
