import { isRecord, readStored } from "./untrusted";

/** A picture to start from. */
export type HandedInput =
  { kind: "upload"; uploadId: string } | { kind: "variant"; variantId: string; renderId: string };

/** The settings of a picture that somebody wants to start from. */
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
 * Kept on this device until Create takes it. A sign-up may come first, in this tab or in one that a mailed link opens.
 * It is valid for a day, for the person who applied it, or, if that was a visitor (null), for the next person who signs
 * in.
 */
export function keepApplied(applied: Applied, userId: string | null) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...applied, userId, at: Date.now() }));
  } catch {
    // Storage is full or forbidden: Create opens with the old draft.
  }
}

/** The settings that were kept for this person. What is stored may be invalid; what another person left is removed. */
export function readApplied(userId: string): Applied | null {
  const stored = readStored(KEY);
  if (!isRecord(stored)) return null;
  if (stored.userId !== null && stored.userId !== userId) {
    forgetApplied();
    return null;
  }
  const { title, presetId, prompt, settings, seed, variants, at } = stored;
  if (typeof title !== "string" || typeof at !== "number" || Date.now() - at > DAY_MS) return null;
  const input = parseInput(stored.input);
  if (presetId === undefined) return input && { title, input };
  if (typeof presetId !== "string" || typeof prompt !== "string" || !isRecord(settings)) return null;
  if (seed !== null && !Number.isInteger(seed)) return null;
  return {
    title,
    presetId,
    prompt,
    settings,
    seed: seed as number | null,
    variants: Number.isInteger(variants) ? (variants as number) : undefined,
    input,
  };
}

export function forgetApplied() {
  localStorage.removeItem(KEY);
}

/** For a change of person: what a visitor applied stays for the next person who signs in. */
export function keepVisitorsApplied() {
  const stored = readStored(KEY);
  if (isRecord(stored) && stored.userId !== null) forgetApplied();
}

function parseInput(input: unknown): HandedInput | null {
  if (!isRecord(input)) return null;
  const { kind, uploadId, variantId, renderId } = input;
  if (kind === "upload" && typeof uploadId === "string") return { kind, uploadId };
  if (kind === "variant" && typeof variantId === "string" && typeof renderId === "string")
    return { kind, variantId, renderId };
  return null;
}
