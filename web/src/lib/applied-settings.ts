/** A picture to start from. */
export type HandedInput = { kind: "upload"; uploadId: string } | { kind: "variant"; variantId: string; renderId: string };

/** What made a picture that somebody wants to start from. */
export interface AppliedSettings {
  title: string;
  presetId: string;
  prompt: string;
  settings: Record<string, unknown>;
  /** null: a new one, for a variation. */
  seed: number | null;
  variants?: number;
  input?: HandedInput | null;
}

/** A picture to start from; everything else of the draft stays. */
export interface AppliedInput {
  title: string;
  input: HandedInput;
}

export type Applied = AppliedSettings | AppliedInput;

const KEY = "maquette.applied";
const DAY_MS = 86_400_000;

/**
 * Keeps it on this device until Create takes it: signing up may lie between, in this tab or in one that a mailed link
 * opens. After a day nobody means it any more.
 */
export function keepApplied(applied: Applied) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...applied, at: Date.now() }));
  } catch {
    // Storage is full or forbidden: Create opens with the draft that was there.
  }
}

/** What was kept; what is stored is not trusted. */
export function readApplied(): Applied | null {
  let stored: unknown;
  try {
    stored = JSON.parse(localStorage.getItem(KEY) ?? "null");
  } catch {
    return null;
  }
  if (!isRecord(stored)) return null;
  const { title, presetId, prompt, settings, seed, variants, at } = stored;
  if (typeof title !== "string" || typeof at !== "number" || Date.now() - at > DAY_MS) return null;
  const input = inputOf(stored.input);
  if (presetId === undefined) return input && { title, input };
  if (typeof presetId !== "string" || typeof prompt !== "string" || !isRecord(settings)) return null;
  if (seed !== null && !Number.isInteger(seed)) return null;
  return {
    title,
    presetId,
    prompt,
    settings,
    seed: seed as number | null,
    ...(Number.isInteger(variants) && { variants: variants as number }),
    input,
  };
}

export function forgetApplied() {
  localStorage.removeItem(KEY);
}

function inputOf(input: unknown): HandedInput | null {
  if (!isRecord(input)) return null;
  const { kind, uploadId, variantId, renderId } = input;
  if (kind === "upload" && typeof uploadId === "string") return { kind, uploadId };
  if (kind === "variant" && typeof variantId === "string" && typeof renderId === "string") return { kind, variantId, renderId };
  return null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
