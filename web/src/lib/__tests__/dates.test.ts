import { expect, it } from "vitest";

import { dateFormat, dayAndMonth, monthName } from "../dates";

const YEAR = Array.from({ length: 12 }, (_, month) => `2026-${String(month + 1).padStart(2, "0")}`);

it("names months as the browser does", () => {
  for (const month of YEAR) {
    const day = new Date(`${month}-01T00:00:00Z`);
    expect(monthName(month)).toBe(dateFormat({ month: "long", year: "numeric", timeZone: "UTC" }).format(day));
    expect(dayAndMonth(`${month}-01`, "UTC")).toBe(
      dateFormat({ day: "numeric", month: "long", timeZone: "UTC" }).format(day),
    );
  }
});

it("tells the day where the person is", () => {
  const late = new Date(2026, 0, 31, 23, 59).toISOString();
  expect(dayAndMonth(late)).toBe("31 January");
});
