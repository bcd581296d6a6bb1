import { describe, expect, it } from "vitest";

import { isFiltered, listingOf, parseRendersSearch } from "../search";

describe("the address of My Renders", () => {
  it("is read as a list", () => {
    const search = parseRendersSearch({
      q: "oak",
      family: "interior,exterior",
      favorite: true,
      sort: "oldest",
      month: "2026-09",
    });
    expect(listingOf(search)).toEqual({
      filters: { text: "oak", family: ["interior", "exterior"], favorite: true },
      sort: "oldest",
      month: "2026-09",
    });
  });

  it("searches for numbers as words", () => {
    expect(parseRendersSearch({ q: 2026 })).toEqual({ q: "2026" });
  });

  it("takes days where the person is, both included", () => {
    const { filters } = listingOf({ from: "2026-11-01", to: "2026-11-30" });
    expect(filters.created_from).toBe(new Date(2026, 10, 1).toISOString());
    expect(filters.created_before).toBe(new Date(2026, 11, 1).toISOString());
  });

  it.each([
    { q: " " },
    { family: "a b" },
    { preset: "<x>" },
    { collection: "1" },
    { favorite: "yes" },
    { from: "2026-13-01" },
    { month: "2026" },
    { sort: "up" },
  ])("ignores %o", (search) => {
    expect(parseRendersSearch(search)).toEqual({});
  });

  it("is not filtered by order and month", () => {
    expect(isFiltered({ sort: "oldest", month: "2026-09" })).toBe(false);
    expect(isFiltered({ q: "oak" })).toBe(true);
  });
});
