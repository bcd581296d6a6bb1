import { createStore } from "./store";

export type Theme = "system" | "light" | "dark";

export type PictureFormat = (typeof PICTURE_FORMATS)[number];
/** What a picture can be saved as. */
export const PICTURE_FORMATS = ["webp", "jpeg", "png"] as const;

export interface Preferences {
  theme: Theme;
  /** Shortcuts of one key without Ctrl or ⌘. Off for people who use speech input. */
  singleKeys: boolean;
  /** Downloads contain their settings. */
  recipes: boolean;
  /** Of downloads; null before one was chosen: pictures stay as they are stored. */
  format: PictureFormat | null;
}

/** Also read by public/theme.js, before the first paint. */
const STORAGE_KEY = "maquette.preferences";
const DEFAULTS: Preferences = { theme: "system", singleKeys: true, recipes: true, format: null };

const preferences = createStore(read);

// For changes in another tab.
window.addEventListener("storage", (event) => {
  if (event.key === STORAGE_KEY) apply(read());
});

export const getPreferences = preferences.get;
export const usePreferences = preferences.use;

/** Kept on this device, not in the account. */
export function setPreferences(change: Partial<Preferences>) {
  const next = { ...preferences.get(), ...change };
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(next));
  } catch {
    // Storage is full or forbidden: the choice lasts until the page is closed.
  }
  apply(next);
}

function apply(next: Preferences) {
  if (next.theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next.theme;
  // The bar of a phone's browser has the color of the theme that is shown; public/theme.js does the same at the start.
  for (const color of document.querySelectorAll<HTMLMetaElement>("meta[data-theme]")) {
    const { theme = "" } = color.dataset;
    const chosen = theme === next.theme ? "all" : "not all";
    color.media = next.theme === "system" ? `(prefers-color-scheme: ${theme})` : chosen;
  }
  preferences.set(next);
}

function read(): Preferences {
  try {
    const stored = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "{}") as Partial<Preferences> | null;
    const theme = stored?.theme;
    return {
      theme: theme === "light" || theme === "dark" ? theme : DEFAULTS.theme,
      singleKeys: stored?.singleKeys !== false,
      recipes: stored?.recipes !== false,
      format: PICTURE_FORMATS.find((format) => format === stored?.format) ?? null,
    };
  } catch {
    return DEFAULTS;
  }
}
