import type { Applied, AppliedSettings, HandedInput } from "@/lib/applied-settings";

import { activeSettings, settingValue } from "@/api/preset-settings";
import type { Config, Generation, Limits, Preset, SettingValue, SubmitGeneration } from "./types";

/** The picture to start from. Its URL is not stored, because it expires. */
export type DraftInput =
  | { kind: "upload"; uploadId: string; name: string | null; width: number | null; height: number | null }
  /** A variant, found through the generation that made it or started from it, or through its render. */
  | { kind: "variant"; variantId: string; generationId: string }
  | { kind: "variant"; variantId: string; renderId: string };

/**
 * What a person is about to generate. It keeps all choices, also those that the current preset does not use, so that
 * trying another preset loses nothing. `toRequest` takes those that apply.
 */
export interface Draft {
  presetId: string;
  prompt: string;
  /** By id of the setting. */
  settings: Record<string, SettingValue>;
  /** null: the preset's default. */
  variants: number | null;
  seed: number;
  /** A locked seed is kept for the next generation. */
  seedLocked: boolean;
  input: DraftInput | null;
  /** The collection for the render; null: only in My Renders. */
  collectionId: string | null;
}

export function newDraft(config: Config): Draft {
  return {
    presetId: config.presets[0]?.id ?? "",
    prompt: "",
    settings: {},
    variants: null,
    seed: randomSeed(config.limits),
    seedLocked: false,
    input: null,
    collectionId: null,
  };
}

export function randomSeed({ min_seed: min, max_seed: max }: Limits): number {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1));
  return min + (word % (max - min + 1));
}

/** The preset of the draft, or the first one if that is no longer offered. */
export function presetOf(draft: Draft, config: Config): Preset {
  const preset = config.presets.find(({ id }) => id === draft.presetId) ?? config.presets[0];
  if (!preset) throw new Error("the configuration has no presets");
  return preset;
}

/** The photo, unless the preset takes none. */
export function activeInput(draft: Draft, preset: Preset): DraftInput | null {
  return preset.photo === "none" ? null : draft.input;
}

export function variantsOf(draft: Draft, preset: Preset, planMaximum: number): number {
  return Math.max(1, Math.min(draft.variants ?? preset.default_variants, preset.max_variants, planMaximum));
}

/** The length the API measures: Unicode code points. */
export function promptLength(prompt: string): number {
  return Array.from(prompt).length;
}

export function toRequest(draft: Draft, preset: Preset, planMaximum: number): SubmitGeneration {
  const input = activeInput(draft, preset);
  const settings = activeSettings(preset, input !== null);
  return {
    preset_id: preset.id,
    prompt: draft.prompt,
    settings: Object.fromEntries(
      settings.map((setting) => [setting.id, settingValue(setting, draft.settings[setting.id])]),
    ),
    variants: variantsOf(draft, preset, planMaximum),
    seed: preset.supports_seed ? draft.seed : null,
    input: input && requestInput(input),
    collection_id: draft.collectionId,
  };
}

function requestInput(input: DraftInput): SubmitGeneration["input"] {
  return input.kind === "upload"
    ? { kind: "upload", upload_id: input.uploadId }
    : { kind: "variant", variant_id: input.variantId };
}

/** The draft that makes this generation again, with its seed, locked. */
export function draftOf(generation: Generation): Partial<Draft> {
  return {
    presetId: generation.preset_id,
    prompt: generation.prompt,
    settings: generation.settings as Record<string, SettingValue>,
    variants: generation.variants,
    seed: generation.seed,
    seedLocked: true,
    input: inputFrom(generation),
  };
}

/** The changes to a draft when settings are applied to it. */
export function appliedChanges(applied: Applied, config: Config): Partial<Draft> {
  if (!("presetId" in applied)) return { input: draftInput(applied.input) };
  return {
    ...settingsChanges(applied, config),
    variants: applied.variants ?? 1,
    input: applied.input ? draftInput(applied.input) : null,
  };
}

/** A given seed makes the same picture again, so lock it. */
function settingsChanges({ presetId, prompt, settings, seed }: AppliedSettings, config: Config): Partial<Draft> {
  return {
    presetId,
    prompt,
    settings: settings as Record<string, SettingValue>,
    seed: seed ?? randomSeed(config.limits),
    seedLocked: seed !== null,
  };
}

function draftInput(input: HandedInput): DraftInput {
  return input.kind === "upload" ? { ...input, name: null, width: null, height: null } : input;
}

function inputFrom({ id, input }: Generation): DraftInput | null {
  // It is not possible to start from a deleted picture.
  if (!input?.url) return null;
  if (input.upload_id !== null) {
    return { kind: "upload", uploadId: input.upload_id, name: null, width: null, height: null };
  }
  return input.variant_id === null ? null : { kind: "variant", variantId: input.variant_id, generationId: id };
}
