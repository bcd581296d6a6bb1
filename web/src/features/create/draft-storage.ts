import { ownKey } from "@/lib/own-storage";
import { isRecord, readStored } from "@/lib/untrusted";

import { newDraft, type Draft, type DraftInput } from "./draft";
import type { Config, SettingValue } from "./types";

/**
 * The draft of this tab, or else the one that was written last in any tab, or a new one. What is stored may be invalid.
 */
export function loadDraft(userId: string, config: Config): Draft {
  const fresh = newDraft(config);
  const stored = readStored(ownKey("draft", userId), "sessionStorage") ?? readStored(ownKey("draft", userId));
  if (!isRecord(stored)) return fresh;
  const { presetId, prompt, settings, variants, seed, seedLocked, input, collectionId } = stored;
  const { min_seed: minSeed, max_seed: maxSeed } = config.limits;
  return {
    presetId: typeof presetId === "string" ? presetId : fresh.presetId,
    prompt: typeof prompt === "string" ? prompt : fresh.prompt,
    settings: isRecord(settings) ? onlyValues(settings) : fresh.settings,
    variants: isInteger(variants, 1, config.limits.max_variants) ? variants : fresh.variants,
    seed: isInteger(seed, minSeed, maxSeed) ? seed : fresh.seed,
    seedLocked: seedLocked === true,
    input: parseInput(input),
    collectionId: typeof collectionId === "string" ? collectionId : null,
  };
}

export function saveDraft(userId: string, draft: Draft) {
  try {
    const text = JSON.stringify(draft);
    // A tab keeps its own over a reload, whatever another tab writes.
    sessionStorage.setItem(ownKey("draft", userId), text);
    localStorage.setItem(ownKey("draft", userId), text);
  } catch {
    // Storage is full or forbidden: the draft lasts as long as the page.
  }
}

function onlyValues(settings: Record<string, unknown>): Record<string, SettingValue> {
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, SettingValue] =>
      ["string", "number", "boolean"].includes(typeof entry[1]),
    ),
  );
}

function parseInput(input: unknown): DraftInput | null {
  if (!isRecord(input)) return null;
  const { kind, uploadId, name, width, height, variantId, generationId, renderId } = input;
  if (kind === "upload" && typeof uploadId === "string") {
    return {
      kind,
      uploadId,
      name: typeof name === "string" ? name : null,
      width: typeof width === "number" ? width : null,
      height: typeof height === "number" ? height : null,
    };
  }
  if (kind === "variant" && typeof variantId === "string") {
    if (typeof generationId === "string") return { kind, variantId, generationId };
    if (typeof renderId === "string") return { kind, variantId, renderId };
  }
  return null;
}

function isInteger(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}
