import type { RenderCard } from "@/api/render-types";
import { dayOf } from "@/lib/dates";

/** A picture in a row: its left edge and its width in px. `index` counts the whole list. */
export interface Cell {
  card: RenderCard;
  index: number;
  left: number;
  width: number;
}

/** A heading, or a row of pictures with one height. In px from the top of the grid. */
export type Line = { top: number; height: number } & (
  { month: string; cells: null } | { month: string; cells: Cell[] }
);

interface LayoutOptions {
  width: number;
  /** Wanted height of a row; the real one is as close as the pictures allow. */
  height: number;
  gap: number;
  /** On a phone every row has this many pictures, so that the order is easy to read. */
  perRow: number | null;
  /** Height of the heading above each month; null without headings. */
  heading: number | null;
}

/** For pictures whose file is missing. */
const NO_PICTURE_RATIO = 3 / 2;

/** Rows that fill the width, with every picture in its own ratio and none cropped. */
export function layOut(cards: readonly RenderCard[], options: LayoutOptions): Line[] {
  const lines: Line[] = [];
  let top = 0;
  const add = (line: { month: string; cells: Cell[] | null }, height: number, space: number) => {
    lines.push({ ...line, top, height });
    top += height + space;
  };
  for (const { month, first, count } of monthsOf(cards, options.heading !== null)) {
    if (options.heading !== null) add({ month, cells: null }, options.heading, 0);
    for (const { from, to, height } of rowsOf(cards.slice(first, first + count).map(ratioOf), options)) {
      let left = 0;
      const cells = cards.slice(first + from, first + to).map((card, at) => {
        const cell = { card, index: first + from + at, left, width: ratioOf(card) * height };
        left += cell.width + options.gap;
        return cell;
      });
      add({ month, cells }, height, options.gap);
    }
  }
  return lines;
}

/** The end of the last line. */
export function heightOf(lines: readonly Line[]): number {
  const last = lines.at(-1);
  return last ? last.top + last.height : 0;
}

/** YYYY-MM in the person's time zone, in which the API counts too. */
export function monthOf({ created_at: createdAt }: RenderCard): string {
  return dayOf(new Date(createdAt)).slice(0, 7);
}

/** The picture in the next or previous line that is closest to `index`; null at the edges. */
export function neighbour(lines: readonly Line[], index: number, step: 1 | -1): number | null {
  const rows = lines.filter((line) => line.cells !== null);
  const at = rows.findIndex(({ cells }) => cells.some((cell) => cell.index === index));
  const from = rows[at]?.cells.find((cell) => cell.index === index);
  const target = rows[at + step];
  if (!from || !target) return null;
  const centre = from.left + from.width / 2;
  const distance = ({ left, width }: Cell) => Math.abs(left + width / 2 - centre);
  return target.cells.reduce((best, cell) => (distance(cell) < distance(best) ? cell : best)).index;
}

function monthsOf(cards: readonly RenderCard[], split: boolean) {
  const months: { month: string; first: number; count: number }[] = [];
  cards.forEach((card, index) => {
    const month = split ? monthOf(card) : "";
    const last = months.at(-1);
    if (last?.month === month) last.count += 1;
    else months.push({ month, first: index, count: 1 });
  });
  return months;
}

function ratioOf({ cover }: RenderCard): number {
  return cover ? cover.width / cover.height : NO_PICTURE_RATIO;
}

function rowsOf(ratios: readonly number[], { width, height: target, gap, perRow }: LayoutOptions) {
  const rows: { from: number; to: number; height: number }[] = [];
  let from = 0;
  let sum = 0;
  const heightWith = (count: number, total: number) => (width - gap * (count - 1)) / total;
  ratios.forEach((ratio, index) => {
    const count = index - from;
    const without = count > 0 ? heightWith(count, sum) : Infinity;
    const withIt = heightWith(count + 1, sum + ratio);
    const full =
      perRow !== null ? count === perRow : withIt < target && Math.abs(without - target) <= Math.abs(withIt - target);
    if (count > 0 && full) {
      rows.push({ from, to: index, height: without });
      from = index;
      sum = 0;
    }
    sum += ratio;
  });
  if (from < ratios.length) {
    // The last row need not fill the width: it has the height that it would have in the middle of the list.
    const height = heightWith(ratios.length - from, sum);
    const usual = perRow !== null ? (width - gap * (perRow - 1)) / perRow / (sum / (ratios.length - from)) : target;
    rows.push({ from, to: ratios.length, height: Math.min(height, usual) });
  }
  return rows;
}
