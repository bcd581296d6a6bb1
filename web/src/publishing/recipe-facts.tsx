import { useConfig } from "@/api/config";
import { activeSettings, settingWords } from "@/api/preset-settings";
import type { components } from "@/api/schema";

type Recipe = components["schemas"]["RecipeView"];

/** The settings of a shared picture: preset, settings, seed and model as text, and the prompt. */
export function RecipeFacts({ recipe, credit = null }: { recipe: Recipe; credit?: string | null }) {
  const preset = useConfig().presets.find(({ id }) => id === recipe.preset_id);
  const settings = preset ? activeSettings(preset, recipe.from_photo) : [];
  const facts = [
    ["Preset", recipe.preset_name ?? "A preset of the past"],
    ...settings.map((setting) => [setting.label, settingWords(setting, recipe.settings[setting.id])]),
    ...(preset?.supports_seed === false ? [] : [["Seed", String(recipe.seed)]]),
    ...(recipe.model === null ? [] : [["Model", recipe.model]]),
    ...(credit === null ? [] : [["By", credit]]),
  ];
  return (
    <div className="grid w-full gap-1 text-12 text-ink-2 wide:mr-5 wide:w-auto">
      {recipe.prompt && <p className="line-clamp-2 max-w-[80ch] text-13 text-ink">{recipe.prompt}</p>}
      <dl className="flex flex-wrap gap-x-4.5 gap-y-1">
        {facts.map(([name, value]) => (
          <div key={name} className="flex gap-1.5">
            <dt>{name}</dt>
            <dd className="font-medium text-ink">{value}</dd>
          </div>
        ))}
      </dl>
      {recipe.from_photo && <p>Made from a photo: add one of yours.</p>}
    </div>
  );
}
