import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { FakeBackend, ok } from "@/test/fake-backend";
import { card } from "@/test/fixtures";

import { addPending, clearPending, shownCards, tick, type Change } from "../pending";
import { placed } from "../collection-items";
import { rendersQuery } from "../render-lists";
import type { Listing, RendersPage } from "../render-types";

const NEWEST: Listing = { filters: {}, sort: "newest", month: null };
const MANUAL: Listing = { filters: { collection_id: "c" }, sort: "manual", month: null };

let client: QueryClient;

beforeEach(() => {
  clearPending();
  client = new QueryClient();
});

/** A page that was asked for just now, as the server has it. */
const page = (...numbers: number[]): RendersPage => ({
  rows: numbers.map((number) => card(number)),
  nextCursor: null,
  requestedAt: tick(),
  readAt: 0,
});
const titles = (pages: RendersPage[], listing = NEWEST) => shownCards(listing, "on", pages).map(({ title }) => title);
const hide = (number: number, lists: Change["lists"] = () => true) =>
  addPending(client, { lists, card: (each) => (each.id === card(number).id ? null : each) });

describe("a change that is laid over lists", () => {
  it("is shown over a page that was on its way, and not over what was asked for after it was done", () => {
    const first = page(0, 1);
    const onItsWay = page(2, 3);
    hide(3).confirm();
    expect(titles([first, onItsWay])).toEqual(["Render 0", "Render 1", "Render 2"]);
    // Restored by another device meanwhile: the server's answer counts again.
    expect(titles([page(0, 1), page(2, 3)])).toHaveLength(4);
  });

  it("is shown until its own failure, whatever becomes of others", () => {
    const pages = [page(0, 1, 2)];
    const slow = hide(0);
    hide(1).confirm();
    slow.rollBack();
    expect(titles(pages)).toEqual(["Render 0", "Render 2"]);
  });

  it("concerns its own lists only", () => {
    hide(0, ({ sort }) => sort === "manual");
    expect(titles([page(0, 1)])).toHaveLength(2);
    expect(titles([page(0, 1)], MANUAL)).toEqual(["Render 1"]);
  });

  it("orders over the edges of pages, one move after the other", () => {
    const pages = [page(0, 1), page(2, 3)];
    client.setQueryData(rendersQuery(MANUAL).queryKey, { pages, pageParams: [null, "2"] });
    const move = (moved: number, behind: number | null) =>
      addPending(client, {
        lists: () => true,
        order: (cards) => placed(cards, card(moved).id, behind === null ? null : card(behind).id),
      });
    move(3, null).confirm();
    move(0, 2);
    expect(titles(pages, MANUAL)).toEqual(["Render 3", "Render 1", "Render 2", "Render 0"]);
  });

  it("keeps the cards that it does not change, so that their tiles are not drawn again", () => {
    const pages = [page(0, 1)];
    addPending(client, {
      lists: () => true,
      card: (each) => (each.id === card(0).id ? { ...each, title: "Other" } : each),
    });
    expect(shownCards(NEWEST, "on", pages)[1]).toBe(pages[0]?.rows[1]);
  });

  it("is not undone by a page that was asked for before it and answers after it", async () => {
    let answer: () => void = vi.fn();
    const held = new Promise<void>((resolve) => (answer = resolve));
    new FakeBackend().on("GET /api/v1/renders", async ({ query }) => {
      if (!query.get("cursor")) return ok([card(0)], "1");
      await held;
      return ok([card(1)]);
    });
    const observer = new InfiniteQueryObserver(client, rendersQuery(NEWEST));
    const stop = observer.subscribe(() => undefined);
    await vi.waitFor(() => expect(observer.getCurrentResult().hasNextPage).toBe(true));
    const next = observer.fetchNextPage();
    hide(1).confirm();
    answer();
    await next;
    expect(titles(client.getQueryData(rendersQuery(NEWEST).queryKey)?.pages ?? [])).toEqual(["Render 0"]);
    stop();
  });

  it("is forgotten when every page in the cache is newer", () => {
    const { queryKey } = rendersQuery(NEWEST);
    const old = page(0, 1);
    client.setQueryData(queryKey, { pages: [old], pageParams: [null] });
    hide(0).confirm();
    hide(1).confirm();
    expect(titles([old])).toEqual([]);
    client.setQueryData(queryKey, { pages: [page(2)], pageParams: [null] });
    hide(2);
    // Nobody shows this page any more; it proves that both changes are gone.
    expect(titles([old])).toHaveLength(2);
  });
});
