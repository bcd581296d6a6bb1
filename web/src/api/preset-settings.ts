import type { components } from "./schema";

export type Preset = components["schemas"]["PresetView"];
export type Setting = Preset["settings"][number];
export type SettingValue = string | number | boolean;

/** The settings that have an effect with or without a photo, in the order of the preset. */
export function activeSettings(preset: Preset, hasPhoto: boolean): Setting[] {
  const skipped = hasPhoto ? "without_photo" : "with_photo";
  return preset.settings.filter((setting) => setting.when !== skipped);
}

/** The chosen value if this preset allows it, else its default: presets share setting ids but not limits. */
export function settingValue(setting: Setting, chosen: unknown): SettingValue {
  return isAllowed(setting, chosen) ? chosen : setting.default;
}

function isAllowed(setting: Setting, value: unknown): value is SettingValue {
  switch (setting.kind) {
    case "range":
      return (
        typeof value === "number" &&
        value >= setting.min &&
        value <= setting.max &&
        Number.isInteger((value - setting.min) / setting.step)
      );
    case "choice":
      return setting.options.some((option) => option.id === value);
    case "toggle":
      return typeof value === "boolean";
  }
}

/** A value in words: "65 %", "Afternoon", "On". */
export function settingWords(setting: Setting, value: unknown): string {
  const shown = settingValue(setting, value);
  switch (setting.kind) {
    case "range":
      return setting.unit ? `${String(shown)} ${setting.unit}` : String(shown);
    case "choice":
      return setting.options.find((option) => option.id === shown)?.label ?? String(shown);
    case "toggle":
      return shown ? "On" : "Off";
  }
}
