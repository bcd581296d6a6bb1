/** What made a picture that somebody wants to start from. */
export interface AppliedSettings {
  title: string;
  presetId: string;
  prompt: string;
  settings: Record<string, unknown>;
  seed: number;
}

const KEY = "maquette.applied";
const DAY_MS = 86_400_000;

/**
 * Keeps it on this device until Create takes it: signing up may lie between, in this tab or in one that a mailed link
 * opens. After a day nobody means it any more.
 */
export function keepApplied(applied: AppliedSettings) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...applied, at: Date.now() }));
  } catch {
    // Storage is full or forbidden: Create opens with the draft that was there.
  }
}

/** What was kept; what is stored is not trusted. */
export function readApplied(): AppliedSettings | null {
  let stored: unknown;
  try {
    stored = JSON.parse(localStorage.getItem(KEY) ?? "null");
  } catch {
    return null;
  }
  if (typeof stored !== "object" || stored === null) return null;
  const { title, presetId, prompt, settings, seed, at } = stored as Record<string, unknown>;
  if (typeof title !== "string" || typeof presetId !== "string" || typeof prompt !== "string") return null;
  if (typeof settings !== "object" || settings === null || typeof seed !== "number" || typeof at !== "number") return null;
  return Date.now() - at > DAY_MS ? null : { title, presetId, prompt, settings: settings as Record<string, unknown>, seed };
}

export function forgetApplied() {
  localStorage.removeItem(KEY);
}
