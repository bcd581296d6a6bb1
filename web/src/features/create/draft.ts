import type { Applied, AppliedSettings, HandedInput } from "@/lib/applied-settings";

import { activeSettings, settingValue } from "@/api/preset-settings";
import type { Config, Generation, Limits, Preset, SettingValue, SubmitGeneration } from "./types";

/** The picture a run starts from. What can expire (its URL) is not kept. */
export type DraftInput =
  | { kind: "upload"; uploadId: string; name: string | null; width: number | null; height: number | null }
  /** Shown by a run, which made it or started from it, or by the render it belongs to. */
  | { kind: "variant"; variantId: string; generationId: string }
  | { kind: "variant"; variantId: string; renderId: string };

/**
 * What a person is about to generate. It keeps what was chosen even where the preset of the moment has no use for it,
 * so that trying another preset loses nothing; `toRequest` takes what fits.
 */
export interface Draft {
  presetId: string;
  prompt: string;
  /** By id of the setting. */
  settings: Record<string, SettingValue>;
  /** null: as many as the preset makes by default. */
  variants: number | null;
  seed: number;
  /** A locked seed stays for the next run. */
  seedLocked: boolean;
  input: DraftInput | null;
  /** Where the render goes; null: nowhere but My Renders. */
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

/** The preset of the draft, or the first one when it is no longer offered. */
export function presetOf(draft: Draft, config: Config): Preset {
  const preset = config.presets.find(({ id }) => id === draft.presetId) ?? config.presets[0];
  if (!preset) throw new Error("the configuration has no presets");
  return preset;
}

/** The photo, unless the preset takes none. */
export function inputOf(draft: Draft, preset: Preset): DraftInput | null {
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
  const input = inputOf(draft, preset);
  const settings = activeSettings(preset, input !== null);
  return {
    preset_id: preset.id,
    prompt: draft.prompt,
    settings: Object.fromEntries(settings.map((setting) => [setting.id, settingValue(setting, draft.settings[setting.id])])),
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

/** What would make this generation again: same seed, so it is locked. */
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

/** What changes of a draft when something is applied to it. */
export function appliedChanges(applied: Applied, config: Config): Partial<Draft> {
  if (!("presetId" in applied)) return { input: draftInput(applied.input) };
  return {
    ...settingsChanges(applied, config),
    variants: applied.variants ?? 1,
    input: applied.input ? draftInput(applied.input) : null,
  };
}

/** A given seed makes the same picture again, so it is locked. */
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
  // A deleted picture cannot be started from again.
  if (!input?.url) return null;
  if (input.upload_id !== null) {
    return { kind: "upload", uploadId: input.upload_id, name: null, width: null, height: null };
  }
  return input.variant_id === null ? null : { kind: "variant", variantId: input.variant_id, generationId: id };
}
