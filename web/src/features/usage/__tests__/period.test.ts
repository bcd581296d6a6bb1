import { afterEach, describe, expect, it, vi } from "vitest";

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

describe("the days of a period in every time zone", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.each(["Pacific/Kiritimati", "Asia/Kolkata", "Europe/Berlin", "America/Los_Angeles", "America/Havana"])(
    "%s, the days of each month of a year follow one another, the days of clock changes too",
    (zone) => {
      vi.stubEnv("TZ", zone);
      for (let month = 0; month < 12; month++) {
        const starts = new Date(2026, month, 1);
        const ends = new Date(2026, month + 1, 1);
        const bars = daysOfPeriod(starts.toISOString(), ends.toISOString(), [], new Date(2026, month, 10, 23, 59));
        const length = new Date(2026, month + 1, 0).getDate();
        expect(bars.map(({ day }) => Number(day.slice(-2)))).toEqual(Array.from({ length }, (_, at) => at + 1));
        expect(bars.filter(({ when }) => when === "today").map(({ day }) => day.slice(-2))).toEqual(["10"]);
      }
    },
  );

  it("names the evening before in America for a period that begins at midnight UTC", () => {
    vi.stubEnv("TZ", "America/Los_Angeles");
    const bars = daysOfPeriod(...NOVEMBER, []);
    expect([bars[0]?.day, bars.at(-1)?.day]).toEqual(["2026-10-31", "2026-11-30"]);
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
