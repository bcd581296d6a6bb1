import type { components } from "@/api/schema";
import { activeSettings, settingWords } from "@/api/preset-settings";
import type { RenderDetail, RenderVariant } from "@/api/renders";

type Preset = components["schemas"]["PresetView"];

/** One thing that a render was made with, in words. */
export interface Fact {
  name: string;
  value: string;
  /** A measure: set in digits. */
  numeric?: boolean;
}

/** What a render was made with. `preset` is undefined when it is no longer offered: its settings keep their own names. */
export function factsOf(render: RenderDetail, preset: Preset | undefined, variant: RenderVariant | undefined): Fact[] {
  const settings = preset
    ? activeSettings(preset, hadInput(render)).map((setting) => ({
        name: setting.label,
        value: settingWords(setting, render.settings[setting.id]),
        numeric: setting.kind === "range",
      }))
    : Object.entries(render.settings).map(([name, value]) => ({ name, value: String(value) }));
  return [
    { name: "Preset", value: preset?.name ?? render.preset_id },
    ...settings,
    ...(variant ? [{ name: "Size", value: `${variant.width} × ${variant.height}`, numeric: true }] : []),
    ...(preset?.supports_seed === false ? [] : [{ name: "Seed", value: String(render.seed), numeric: true }]),
    ...(render.model === null ? [] : [{ name: "Model", value: render.model }]),
  ];
}

/** Made from a photo or from another render. What was deleted since still counts. */
export function hadInput({ photo, source, source_is_gone: sourceIsGone }: RenderDetail): boolean {
  return photo !== null || source !== null || sourceIsGone;
}

/**
 * The picture it was made from: its URL, and what tells it from others. null when there was none; without URL when it is
 * gone. Of another render, `sourceRender`, it is the thumbnail until that one is there.
 */
export function inputOf({ photo, source }: RenderDetail, sourceRender?: RenderDetail): { id: string; url: string | null } | null {
  if (photo) return { id: photo.upload_id, url: photo.url };
  if (!source) return null;
  const id = source.cover?.variant_id;
  const variant = sourceRender?.variants.find((each) => each.id === id);
  return { id: id ?? source.render_id, url: variant?.url ?? source.cover?.thumbnail_url ?? null };
}

/** As lines of text, to paste anywhere. */
export function factsText(render: RenderDetail, preset: Preset | undefined): string {
  return [{ name: "Prompt", value: render.prompt }, ...factsOf(render, preset, undefined)]
    .filter(({ value }) => value !== "")
    .map(({ name, value }) => `${name}: ${value}`)
    .join("\n");
}

/** How the credits of a render are told: by variants where that adds up at the preset's price. */
export function priceWords(credits: number, preset: Preset | undefined): string {
  const count = preset ? credits / preset.credits : 0;
  if (!preset || !Number.isInteger(count) || count < 1) return "This render";
  return `${count} ${count === 1 ? "variant" : "variants"} at ${preset.credits} ${preset.credits === 1 ? "credit" : "credits"}`;
}
