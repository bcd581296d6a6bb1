import { settingValue } from "@/api/preset-settings";
import { toast } from "@/components/ui/toast-store";
import { readRecipe, type Recipe } from "@/lib/recipe";

import type { Draft } from "../draft";
import type { Config, SettingValue } from "../types";

/** Takes what made a downloaded picture from its file. Answers whether the file had that; if not, it is a photo. */
export function useRecipe(config: Config, replaceDraft: (next: Partial<Draft>, said: string) => void) {
  return async (file: File): Promise<boolean> => {
    const recipe = await readRecipe(file);
    if (!recipe) return false;
    const changes = recipeChanges(recipe, config);
    if (!changes) {
      toast("The preset that made this picture is no longer offered. It is used as a photo.", { tone: "danger" });
      return false;
    }
    const { draft, changed } = changes;
    replaceDraft(draft, changed ? "The settings of this picture are in the panel. What is no longer offered is at its default." : "The settings of this picture are in the panel.");
    return true;
  };
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
