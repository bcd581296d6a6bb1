import type { components } from "@/api/schema";

type Preset = components["schemas"]["PresetView"];

/** The credits of a picture that half of the presets do not exceed. */
export function middlePrice(presets: readonly Preset[]): number {
  const prices = presets.map(({ credits }) => credits).sort((a, b) => a - b);
  return prices[Math.floor((prices.length - 1) / 2)] ?? 1;
}
