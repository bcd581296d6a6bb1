import type { Generation, Preset } from "./types";

/** Space between tiles in px: `gap-2` of the grid. */
const GAP = 8;

/** Pictures are easier to compare side by side than one above the other, so accept tiles narrower by this factor. */
const SIDE_BY_SIDE = 0.85;

/** The number of columns that makes the tiles largest, and their width in px. `ratio` is width / height of a tile. */
export function tileLayout(
  count: number,
  ratio: number,
  width: number,
  height: number,
): { columns: number; width: number } {
  let best = { columns: 1, width: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const across = (width - GAP * (columns - 1)) / columns;
    const down = ((height - GAP * (rows - 1)) / rows) * ratio;
    const tile = Math.max(0, Math.floor(Math.min(across, down)));
    if (tile > best.width * SIDE_BY_SIDE) best = { columns, width: tile };
  }
  return best;
}

/** The ratio that most models use by default. */
const DEFAULT_RATIO = 3 / 2;

/**
 * The expected ratio of a picture, so that its space is right before it arrives: that of the photo, which models keep,
 * or of the option whose label is a ratio.
 */
export function expectedRatio(generation: Generation, preset: Preset | undefined, photoRatio: number | null): number {
  if (photoRatio !== null) return photoRatio;
  for (const setting of preset?.settings ?? []) {
    if (setting.kind !== "choice") continue;
    const chosen = setting.options.find(({ id }) => id === generation.settings[setting.id]);
    const [, width, height] = /^(\d+):(\d+)$/.exec(chosen?.label ?? "") ?? [];
    if (width && height) return Number(width) / Number(height);
  }
  return DEFAULT_RATIO;
}
