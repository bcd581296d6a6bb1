import type { components } from "@/api/schema";
import { activeSettings, settingWords } from "@/api/preset-settings";
import type { RenderDetail, RenderVariant } from "@/api/render-types";

type Preset = components["schemas"]["PresetView"];

/** One setting of a render, as text. */
export interface Fact {
  name: string;
  value: string;
  /** A measure, set in digits. */
  numeric?: boolean;
}

/** The settings of a render. `preset` is undefined when it is no longer offered; then the settings show their ids. */
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

/** Made from a photo or another render, even if that was deleted since. */
export function hadInput({ photo, source, source_is_gone: sourceIsGone }: RenderDetail): boolean {
  return photo !== null || source !== null || sourceIsGone;
}

/**
 * The picture it was made from: its URL, and what distinguishes it from others. null when there was none; without URL
 * when it was deleted. For another render, `sourceRender`, the thumbnail is used until that render has loaded.
 */
export function inputPicture(
  { photo, source }: RenderDetail,
  sourceRender?: RenderDetail,
): { id: string; url: string | null } | null {
  if (photo) return { id: photo.upload_id, url: photo.url };
  if (!source) return null;
  const id = source.cover?.variant_id;
  const variant = sourceRender?.variants.find((each) => each.id === id);
  return { id: id ?? source.render_id, url: variant?.url ?? source.cover?.thumbnail_url ?? null };
}

/** As lines of text, to paste elsewhere. */
export function factsText(render: RenderDetail, preset: Preset | undefined): string {
  return [{ name: "Prompt", value: render.prompt }, ...factsOf(render, preset, undefined)]
    .filter(({ value }) => value !== "")
    .map(({ name, value }) => `${name}: ${value}`)
    .join("\n");
}

/** What the credits of a render paid for: variants, if their price fits the preset's. */
export function priceWords(credits: number, preset: Preset | undefined): string {
  const count = preset ? credits / preset.credits : 0;
  if (!preset || !Number.isInteger(count) || count < 1) return "This render";
  return `${count} ${count === 1 ? "variant" : "variants"} at ${preset.credits} ${preset.credits === 1 ? "credit" : "credits"}`;
}
