import { describe, expect, it, vi } from "vitest";

import { card } from "@/test/fixtures";

import { heightOf, layOut, neighbour, type Line } from "../layout";

const ROOM = { width: 1000, height: 200, gap: 8, perRow: null, heading: null };
const MIXED = [1.5, 0.8, 1.6, 1, 1.73, 0.56, 1.5, 1.5, 1, 2.3].map((ratio, at) => card(at, { ratio }));

function rowsOf(lines: Line[]) {
  return lines.filter((line) => line.cells !== null);
}

describe("rows of a grid", () => {
  it("fill the width, crop nothing and keep the order", () => {
    const lines = layOut(MIXED, ROOM);
    const rows = rowsOf(lines);
    for (const { cells, height } of rows) {
      for (const { card: shown, width } of cells) {
        expect(width / height).toBeCloseTo((shown.cover?.width ?? 0) / (shown.cover?.height ?? 1));
      }
    }
    for (const { cells } of rows.slice(0, -1)) {
      const last = cells.at(-1);
      expect((last?.left ?? 0) + (last?.width ?? 0)).toBeCloseTo(ROOM.width);
    }
    expect(rows.flatMap(({ cells }) => cells.map(({ index }) => index))).toEqual(MIXED.map((_, index) => index));
  });

  it("do not overlap", () => {
    const lines = layOut(MIXED, ROOM);
    for (const [at, line] of lines.entries()) {
      const next = lines[at + 1];
      if (next) expect(next.top).toBeCloseTo(line.top + line.height + ROOM.gap);
    }
    expect(heightOf(lines)).toBeGreaterThan(ROOM.height);
  });

  it("stay near the target height, and never higher at the end of the list", () => {
    const rows = rowsOf(
      layOut(
        Array.from({ length: 41 }, (_, at) => card(at, { ratio: 1.5 })),
        ROOM,
      ),
    );
    for (const { height } of rows) expect(Math.abs(height - ROOM.height)).toBeLessThan(ROOM.height / 2);
    expect(rows.at(-1)?.height).toBeLessThanOrEqual(ROOM.height);
  });

  it("hold two pictures each on a phone", () => {
    const rows = rowsOf(layOut(MIXED, { ...ROOM, width: 360, perRow: 2 }));
    expect(rows.map(({ cells }) => cells.length)).toEqual([2, 2, 2, 2, 2]);
  });

  it("begin anew under the heading of each month of the person's time zone", () => {
    vi.stubEnv("TZ", "Europe/Berlin");
    const cards = [
      card(0, { created_at: "2026-11-01T00:30:00+01:00" }),
      card(1, { created_at: "2026-10-05T00:00:00Z" }),
      card(2, { created_at: "2026-08-05T00:00:00Z" }),
    ];
    const lines = layOut(cards, { ...ROOM, heading: 52 });
    expect(lines.filter(({ cells }) => cells === null).map(({ month }) => month)).toEqual([
      "2026-11",
      "2026-10",
      "2026-08",
    ]);
    vi.unstubAllEnvs();
  });

  it("show room for a render whose picture is gone", () => {
    const [row] = rowsOf(layOut([{ ...card(0), cover: null }], ROOM));
    expect(row?.cells[0]?.width).toBeGreaterThan(0);
  });
});

describe("the picture above or below", () => {
  const square = Array.from({ length: 15 }, (_, at) => card(at, { ratio: 1 }));
  const lines = layOut(square, ROOM);
  const perRow = lines[0]?.cells?.length ?? 0;

  it("is the nearest one", () => {
    expect(neighbour(lines, 1, 1)).toBe(1 + perRow);
    expect(neighbour(lines, 1 + perRow, -1)).toBe(1);
  });

  it("is not there at the edges", () => {
    expect(neighbour(lines, 0, -1)).toBeNull();
    expect(neighbour(lines, 14, 1)).toBeNull();
  });
});
