import { settingValue } from "@/api/preset-settings";
import { readRecipe, type Recipe } from "@/lib/recipe";

import type { Draft } from "./draft";
import { fileProblem } from "./prepare-photo";
import type { Config, SettingValue } from "./types";

interface DroppedRecipe {
  /** The changes to the draft; null when the preset is no longer offered. */
  changes: Partial<Draft> | null;
  /** A sentence for the person. */
  message: string;
}

/** The settings in a downloaded picture; null when the file contains none, or is no format that we accept. */
export async function readDroppedRecipe(file: File, config: Config): Promise<DroppedRecipe | null> {
  // Check this before reading the file, which may be a video of 4 GB.
  if (fileProblem(file, config.limits) !== null) return null;
  const recipe = await readRecipe(file);
  if (!recipe) return null;
  const changes = recipeChanges(recipe, config);
  if (!changes)
    return { changes, message: "The preset that made this picture is no longer offered. It is used as a photo." };
  const message = "The settings of this picture are in the panel.";
  return {
    changes: changes.draft,
    message: changes.changed ? `${message} What is no longer offered is at its default.` : message,
  };
}

/** The changes to a draft, with only values that the preset allows; null when that preset is no longer offered. */
export function recipeChanges(recipe: Recipe, config: Config): { draft: Partial<Draft>; changed: boolean } | null {
  const preset = config.presets.find(({ id }) => id === recipe.presetId);
  if (!preset) return null;
  const { min_seed: minSeed, max_seed: maxSeed, prompt_characters: longest } = config.limits;
  const known = preset.settings.filter(({ id }) => id in recipe.settings);
  const settings: Record<string, SettingValue> = Object.fromEntries(
    known.map((setting) => [setting.id, settingValue(setting, recipe.settings[setting.id])]),
  );
  const kept = Object.entries(recipe.settings).every(([id, value]) => settings[id] === value);
  const seedFits = recipe.seed >= minSeed && recipe.seed <= maxSeed;
  const draft: Partial<Draft> = {
    presetId: preset.id,
    prompt: Array.from(recipe.prompt).slice(0, longest).join(""),
    settings,
    variants: null,
    ...(seedFits && { seed: recipe.seed, seedLocked: true }),
  };
  return { draft, changed: !kept || !seedFits || draft.prompt !== recipe.prompt };
}
