import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";

import { card } from "@/test/fixtures";

import { changeCards, placed, queryOf, rendersQuery, type Listing } from "../renders";

const NEWEST: Listing = { filters: { family: ["interior"] }, sort: "newest", month: "2026-09" };

describe("a list that begins at a month", () => {
  it("goes on from the end of the month, and back to what is newer", () => {
    expect(queryOf(NEWEST, false)).toEqual({ family: ["interior"], sort: "newest", created_before: "2026-10-01T00:00:00.000Z" });
    expect(queryOf(NEWEST, true)).toEqual({ family: ["interior"], sort: "oldest", created_from: "2026-10-01T00:00:00.000Z" });
  });

  it("goes the other way when the oldest come first", () => {
    const oldest: Listing = { ...NEWEST, sort: "oldest" };
    expect(queryOf(oldest, false)).toMatchObject({ sort: "oldest", created_from: "2026-09-01T00:00:00.000Z" });
    expect(queryOf(oldest, true)).toMatchObject({ sort: "newest", created_before: "2026-09-01T00:00:00.000Z" });
  });

  it("ends where the dates of the filter end", () => {
    const filters = { created_from: "2026-11-05T00:00:00Z", created_before: "2026-09-15T00:00:00Z" };
    expect(queryOf({ ...NEWEST, filters }, false).created_before).toBe(filters.created_before);
    expect(queryOf({ ...NEWEST, filters }, true).created_from).toBe(filters.created_from);
  });

  it("turns the year", () => {
    expect(queryOf({ ...NEWEST, month: "2026-12" }, false).created_before).toBe("2027-01-01T00:00:00.000Z");
  });
});

describe("a card that changes", () => {
  it("changes in every list, and back", () => {
    const client = new QueryClient();
    const { queryKey } = rendersQuery(NEWEST);
    const list = { pages: [{ rows: [card(0), card(1)], nextCursor: null }], pageParams: [{ back: false, cursor: null }] };
    client.setQueryData(queryKey, list);
    const putBack = changeCards(client, (each) => (each.id === card(0).id ? null : { ...each, title: "Other" }));
    expect(client.getQueryData(queryKey)?.pages[0]?.rows.map(({ title }) => title)).toEqual(["Other"]);
    putBack();
    expect(client.getQueryData(queryKey)).toEqual(list);
  });
});

describe("a render in another place", () => {
  const pages = [
    { rows: [card(0), card(1)], nextCursor: "a" },
    { rows: [card(2), card(3)], nextCursor: null },
  ];
  const order = (moved: number, behind: number | null) =>
    placed(pages, card(moved).id, behind === null ? null : card(behind).id).map(({ rows }) => rows.map(({ title }) => title));

  it("goes first, behind another, over the edge of a page", () => {
    expect(order(2, null)).toEqual([["Render 2", "Render 0"], ["Render 1", "Render 3"]]);
    expect(order(0, 1)).toEqual([["Render 1", "Render 0"], ["Render 2", "Render 3"]]);
    expect(order(0, 3)).toEqual([["Render 1", "Render 2"], ["Render 3", "Render 0"]]);
  });

  it("stays when it is not there, or would follow itself", () => {
    expect(placed(pages, "nowhere", null)).toBe(pages);
    expect(placed(pages, card(1).id, card(1).id)).toBe(pages);
  });
});
