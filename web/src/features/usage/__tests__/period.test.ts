import { describe, expect, it } from "vitest";

import { daysOfPeriod, projected } from "../period";

const NOVEMBER = ["2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"] as const;

describe("the days of a period", () => {
  it("are all there, with today told apart", () => {
    const bars = daysOfPeriod(...NOVEMBER, [{ day: "2026-11-03", credits: 8 }], new Date("2026-11-04T23:59:00Z"));
    expect(bars).toHaveLength(30);
    expect(bars[2]).toEqual({ day: "2026-11-03", credits: 8, when: "past" });
    expect(bars[3]).toEqual({ day: "2026-11-04", credits: 0, when: "today" });
    expect(bars.at(-1)).toEqual({ day: "2026-11-30", credits: 0, when: "future" });
  });

  it("include both ends of a period that begins at noon", () => {
    const bars = daysOfPeriod("2026-01-31T12:00:00Z", "2026-02-28T12:00:00Z", []);
    expect([bars[0]?.day, bars.at(-1)?.day]).toEqual(["2026-01-31", "2026-02-28"]);
  });
});

describe("the pace", () => {
  it("leads to the end of the period", () => {
    expect(projected(...NOVEMBER, 20, new Date("2026-11-11T00:00:00Z"))).toBe(60);
  });

  it("is not guessed from the first two days", () => {
    expect(projected(...NOVEMBER, 20, new Date("2026-11-02T12:00:00Z"))).toBeNull();
  });
});
