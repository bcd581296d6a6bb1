import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";

import { FakeBackend, ok, refused } from "@/test/fake-backend";
import { card } from "@/test/fixtures";

import { placed } from "../collection-items";
import { queryOf, rendersQuery, renewPictures } from "../render-lists";
import { keys } from "../keys";
import { moveRenders } from "../render-moves";
import type { Listing } from "../render-types";

afterEach(() => {
  vi.restoreAllMocks();
});

const NEWEST: Listing = { filters: { family: ["interior"] }, sort: "newest", month: "2026-09" };

describe("a list that begins at a month", () => {
  it("goes on from the end of the month, and back to what is newer", () => {
    expect(queryOf(NEWEST, "on")).toEqual({
      family: ["interior"],
      sort: "newest",
      created_before: "2026-10-01T00:00:00.000Z",
    });
    expect(queryOf(NEWEST, "before")).toEqual({
      family: ["interior"],
      sort: "oldest",
      created_from: "2026-10-01T00:00:00.000Z",
    });
  });

  it("goes the other way when the oldest come first", () => {
    const oldest: Listing = { ...NEWEST, sort: "oldest" };
    expect(queryOf(oldest, "on")).toMatchObject({ sort: "oldest", created_from: "2026-09-01T00:00:00.000Z" });
    expect(queryOf(oldest, "before")).toMatchObject({ sort: "newest", created_before: "2026-09-01T00:00:00.000Z" });
  });

  it("ends where the dates of the filter end", () => {
    const filters = { created_from: "2026-11-05T00:00:00Z", created_before: "2026-09-15T00:00:00Z" };
    expect(queryOf({ ...NEWEST, filters }, "on").created_before).toBe(filters.created_before);
    expect(queryOf({ ...NEWEST, filters }, "before").created_from).toBe(filters.created_from);
  });

  it("turns the year", () => {
    expect(queryOf({ ...NEWEST, month: "2026-12" }, "on").created_before).toBe("2027-01-01T00:00:00.000Z");
  });
});

/** Answers like the API: 120 renders, one every 6 hours from the end of October 2026 back, in pages of 50. */
function withManyRenders() {
  const all = Array.from({ length: 120 }, (_, at) =>
    card(at, { created_at: new Date(Date.UTC(2026, 9, 31) - at * 6 * 3_600_000).toISOString() }),
  );
  const backend = new FakeBackend().on("GET /api/v1/renders", ({ query }) => {
    const [from, before, cursor] = ["created_from", "created_before", "cursor"].map((name) => query.get(name));
    const matching = all.filter(({ created_at: at }) => (!from || at >= from) && (!before || at < before));
    const rows = query.get("sort") === "oldest" ? matching.toReversed() : matching;
    const start = Number(cursor ?? 0);
    const end = start + Number(query.get("limit"));
    return ok(rows.slice(start, end), end < rows.length ? String(end) : null);
  });
  return { all, backend };
}

const OCTOBER: Listing = { filters: {}, sort: "newest", month: "2026-10" };

describe("a list that is read again", () => {
  it.each(["on", "before"] as const)("has all of its pages as before: what comes %s the month", async (part) => {
    withManyRenders();
    const client = new QueryClient();
    const observer = new InfiniteQueryObserver(
      client,
      rendersQuery({ ...OCTOBER, month: part === "on" ? "2026-10" : "2026-08" }, part),
    );
    const stop = observer.subscribe(() => undefined);
    await observer.fetchNextPage();
    await observer.fetchNextPage();
    await observer.fetchNextPage();
    const ids = () => observer.getCurrentResult().data?.pages.map(({ rows }) => rows.map(({ id }) => id));
    const before = ids();
    expect(before?.map((page) => page.length)).toEqual([50, 50, 20]);
    await client.invalidateQueries({ queryKey: keys.renders.lists });
    expect(ids()).toEqual(before);
    expect(observer.getCurrentResult().hasNextPage).toBe(false);
    stop();
  });
});

describe("pictures whose URLs ended", () => {
  const HALF_AN_HOUR = 30 * 60_000;

  it("are renewed with one request for their page, and no other page", async () => {
    const { all, backend } = withManyRenders();
    const client = new QueryClient();
    await client.infiniteQuery({ ...rendersQuery(OCTOBER), pages: 3 });
    for (const each of all) each.cover &&= { ...each.cover, thumbnail_url: "http://supabase.test/new.webp" };
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + HALF_AN_HOUR);
    backend.calls.length = 0;
    await Promise.all([card(60), card(61), card(60)].map(({ id }) => renewPictures(client, OCTOBER, id)));
    expect(backend.requests("GET /api/v1/renders").map(({ query }) => query.get("cursor"))).toEqual(["50"]);
    const urls = client
      .getQueryData(rendersQuery(OCTOBER).queryKey)
      ?.pages.map(({ rows }) => rows.map(({ cover }) => cover?.thumbnail_url));
    expect(urls?.[1]).toEqual(Array.from({ length: 50 }, () => "http://supabase.test/new.webp"));
    expect(urls?.[0]).not.toContain("http://supabase.test/new.webp");
  });

  it("are not asked for while their URLs live: then the file is gone", async () => {
    const { backend } = withManyRenders();
    const client = new QueryClient();
    await client.infiniteQuery(rendersQuery(OCTOBER));
    backend.calls.length = 0;
    await renewPictures(client, OCTOBER, card(0).id);
    expect(backend.calls).toEqual([]);
  });

  it("are asked for again when the renewal failed", async () => {
    const { backend } = withManyRenders();
    const client = new QueryClient();
    await client.infiniteQuery(rendersQuery(OCTOBER));
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + HALF_AN_HOUR);
    backend.on("GET /api/v1/renders", () => refused(503, "upstream_unavailable", "Maquette rests."));
    backend.calls.length = 0;
    await renewPictures(client, OCTOBER, card(0).id);
    await renewPictures(client, OCTOBER, card(0).id);
    expect(backend.calls).toHaveLength(2);
  });
});

describe("many renders that move in steps", () => {
  it("says what a failure half way left", async () => {
    const ids = ["a", "b", "c", "d", "e"];
    const backend = new FakeBackend().on("POST /api/v1/renders/bulk", () =>
      backend.requests("POST /api/v1/renders/bulk").length === 2
        ? refused(503, "upstream_unavailable", "Maquette rests.")
        : ok({ changed: 2, at: "2026-11-24T10:00:00Z" }),
    );
    const moved = await moveRenders({ action: "trash", selected: { ids }, maxIds: 2 });
    expect(moved).toMatchObject({ changed: 2, at: ["2026-11-24T10:00:00Z"], stopped: { left: ["c", "d", "e"] } });
    expect(backend.requests("POST /api/v1/renders/bulk")).toHaveLength(2);
  });

  it("fails when nothing moved", async () => {
    new FakeBackend().on("POST /api/v1/renders/bulk", () => refused(503, "upstream_unavailable", "Maquette rests."));
    await expect(moveRenders({ action: "trash", selected: { ids: ["a"] }, maxIds: 2 })).rejects.toThrow(
      "Maquette rests.",
    );
  });
});

describe("a render in another place", () => {
  const cards = [card(0), card(1), card(2), card(3)];
  const order = (moved: number, behind: number | null) =>
    placed(cards, card(moved).id, behind === null ? null : card(behind).id).map(({ title }) => title);

  it("goes first, or behind another", () => {
    expect(order(2, null)).toEqual(["Render 2", "Render 0", "Render 1", "Render 3"]);
    expect(order(0, 1)).toEqual(["Render 1", "Render 0", "Render 2", "Render 3"]);
    expect(order(0, 3)).toEqual(["Render 1", "Render 2", "Render 3", "Render 0"]);
  });

  it("stays when it is not there, or would follow itself", () => {
    expect(placed(cards, "nowhere", null)).toBe(cards);
    expect(placed(cards, card(1).id, card(1).id)).toBe(cards);
  });
});
