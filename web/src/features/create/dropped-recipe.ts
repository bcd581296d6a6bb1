import { settingValue } from "@/api/preset-settings";
import { readRecipe, type Recipe } from "@/lib/recipe";

import type { Draft } from "./draft";
import { refusal } from "./prepare-photo";
import type { Config, SettingValue } from "./types";

interface DroppedRecipe {
  /** What changes of the draft; null when the preset is no longer offered. */
  changes: Partial<Draft> | null;
  /** What to tell the person. */
  said: string;
}

/** What made a downloaded picture, from its file. null when the file does not say, or is none that we would take. */
export async function readDroppedRecipe(file: File, config: Config): Promise<DroppedRecipe | null> {
  // Whatever was dropped, a film of 4 GB too, is not read before this.
  if (refusal(file, config.limits) !== null) return null;
  const recipe = await readRecipe(file);
  if (!recipe) return null;
  const changes = recipeChanges(recipe, config);
  if (!changes) return { changes, said: "The preset that made this picture is no longer offered. It is used as a photo." };
  const said = "The settings of this picture are in the panel.";
  return { changes: changes.draft, said: changes.changed ? `${said} What is no longer offered is at its default.` : said };
}

/** What changes of a draft, with values only that the preset allows; null when there is no such preset any more. */
export function recipeChanges(recipe: Recipe, config: Config): { draft: Partial<Draft>; changed: boolean } | null {
  const preset = config.presets.find(({ id }) => id === recipe.presetId);
  if (!preset) return null;
  const { min_seed: least, max_seed: most, prompt_characters: longest } = config.limits;
  const known = preset.settings.filter(({ id }) => id in recipe.settings);
  const settings: Record<string, SettingValue> = Object.fromEntries(
    known.map((setting) => [setting.id, settingValue(setting, recipe.settings[setting.id])]),
  );
  const kept = Object.entries(recipe.settings).every(([id, value]) => settings[id] === value);
  const seedFits = recipe.seed >= least && recipe.seed <= most;
  const draft: Partial<Draft> = {
    presetId: preset.id,
    prompt: Array.from(recipe.prompt).slice(0, longest).join(""),
    settings,
    variants: null,
    ...(seedFits && { seed: recipe.seed, seedLocked: true }),
  };
  return { draft, changed: !kept || !seedFits || draft.prompt !== recipe.prompt };
}
