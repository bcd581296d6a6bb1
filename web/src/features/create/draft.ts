import type { AppliedSettings } from "@/lib/applied-settings";

import { activeSettings, settingValue } from "./settings";
import type { Config, Generation, Limits, Preset, SettingValue, SubmitGeneration } from "./types";

/** The picture a run starts from. What can expire (its URL) is not kept. */
export type DraftInput =
  | { kind: "upload"; uploadId: string; name: string | null; width: number | null; height: number | null }
  /** `generationId` is a run that shows the variant: it made it, or started from it. */
  | { kind: "variant"; variantId: string; generationId: string };

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
    collection_id: null,
  };
}

function requestInput(input: DraftInput): SubmitGeneration["input"] {
  return input.kind === "upload"
    ? { kind: "upload", upload_id: input.uploadId }
    : { kind: "variant", variant_id: input.variantId };
}

/** The draft that would make this generation again: same seed, so it is locked. */
export function draftOf(generation: Generation): Draft {
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

/** The draft that makes the picture whose settings were applied: the first variant for its seed, so that is locked. */
export function appliedDraft(applied: AppliedSettings, config: Config): Draft {
  return {
    ...newDraft(config),
    presetId: applied.presetId,
    prompt: applied.prompt,
    settings: applied.settings as Record<string, SettingValue>,
    variants: 1,
    seed: applied.seed,
    seedLocked: true,
  };
}

function inputFrom({ id, input }: Generation): DraftInput | null {
  // A deleted picture cannot be started from again.
  if (!input?.url) return null;
  if (input.upload_id !== null) {
    return { kind: "upload", uploadId: input.upload_id, name: null, width: null, height: null };
  }
  return input.variant_id === null ? null : { kind: "variant", variantId: input.variant_id, generationId: id };
}
