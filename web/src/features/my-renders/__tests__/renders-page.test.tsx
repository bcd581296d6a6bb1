import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { ALICE, FakeBackend, ok, refused, storeSession } from "@/test/fake-backend";
import { card, collection } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

const CARDS = [card(0), card(1), card(2)];
let backend: FakeBackend;

beforeEach(() => {
  storeSession(ALICE);
  backend = new FakeBackend()
    .on("GET /api/v1/renders", () => ok(CARDS))
    .on("GET /api/v1/renders/months", () => ok([{ month: "2026-11", count: 700 }]))
    .on("GET /api/v1/collections", () => ok([]));
});

const tile = (number: number) => screen.findByRole("link", { name: `Render ${String(number)}` });

describe("My Renders", () => {
  it("says what to do when there is nothing, and when nothing matches", async () => {
    backend.on("GET /api/v1/renders", () => ok([])).on("GET /api/v1/renders/months", () => ok([]));
    await openApp("/dashboard/renders");
    expect(
      await screen.findByText("Nothing here yet. Your first render starts with a photo or a sentence."),
    ).toBeVisible();
  });

  it("leads to the trash when everything is there", async () => {
    backend
      .on("GET /api/v1/renders", () => ok([]))
      .on("GET /api/v1/renders/months", ({ query }) =>
        ok(
          query.get("trashed") === "true"
            ? [
                { month: "2026-10", count: 2999 },
                { month: "2026-11", count: 1 },
              ]
            : [],
        ),
      );
    await openApp("/dashboard/renders");
    expect(await screen.findByText("Nothing here. 3,000 renders in the trash.")).toBeVisible();
    expect(screen.getByRole("link", { name: "Open the trash" })).toHaveAttribute("href", "/dashboard/trash");
  });

  it("offers to clear a search that matches nothing", async () => {
    backend.on("GET /api/v1/renders", ({ query }) => ok(query.get("text") === "zebra" ? [] : CARDS));
    const user = await openApp("/dashboard/renders?q=zebra");
    expect(await screen.findByText("No renders match “zebra”.")).toBeVisible();
    await user.click(screen.getByText("Clear the search"));
    await tile(0);
    expect(window.location.search).toBe("");
  });

  it("keeps filters in the address and asks for them", async () => {
    const user = await openApp("/dashboard/renders");
    await tile(0);
    await user.click(screen.getByRole("button", { name: "Interior" }));
    await user.click(screen.getByRole("button", { name: "Exterior" }));
    await waitFor(() => expect(window.location.search).toContain("family=interior%2Cexterior"));
    await waitFor(() =>
      expect(backend.requests("GET /api/v1/renders").at(-1)?.query.getAll("family")).toEqual(["interior", "exterior"]),
    );
  });

  it("hides what goes to the trash at once, and brings it back when that fails", async () => {
    backend.on("POST /api/v1/renders/bulk", () => refused(503, "upstream_unavailable", "Maquette rests. Try again."));
    const user = await openApp("/dashboard/renders");
    (await tile(1)).focus();
    await user.keyboard("{Delete}");
    expect(await screen.findByText("Maquette rests. Try again.")).toBeVisible();
    await tile(1);
  });

  it.each(["{Delete}", "{Backspace}"])(
    "takes a move to the trash with %s back by the time it happened",
    async (key) => {
      backend.on("POST /api/v1/renders/bulk", () => ok({ changed: 1, at: "2026-11-24T10:00:00Z" }));
      const user = await openApp("/dashboard/renders");
      (await tile(1)).focus();
      await user.keyboard(key);
      await waitFor(() => expect(screen.queryByRole("link", { name: "Render 1" })).toBeNull());
      await user.click(await screen.findByRole("button", { name: "Undo" }));
      await tile(1);
      await waitFor(() =>
        expect(backend.requests("POST /api/v1/renders/bulk").map(({ body }) => body)).toEqual([
          { action: "trash", selection: { ids: [card(1).id] }, collection_id: null },
          { action: "restore", selection: { changed_at: "2026-11-24T10:00:00Z" }, collection_id: null },
        ]),
      );
    },
  );

  it("means all that match by their filters, not by their ids", async () => {
    backend.on("POST /api/v1/renders/bulk", () => ok({ changed: 700, at: "2026-11-24T10:00:00Z" }));
    const user = await openApp("/dashboard/renders?family=interior");
    await tile(0);
    await user.click(screen.getByRole("checkbox", { name: "Select Render 0" }));
    const bar = within(screen.getByRole("toolbar"));
    await user.click(bar.getByRole("button", { name: "Select all 700" }));
    await user.click(bar.getByRole("button", { name: "Trash" }));
    expect(await screen.findByText("700 renders moved to trash.")).toBeVisible();
    expect(backend.requests("POST /api/v1/renders/bulk")[0]?.body).toMatchObject({
      action: "trash",
      selection: { matching: { family: ["interior"], text: null } },
    });
  });

  it("takes F as the heart of the render with the focus, and F again as its opposite, in this order", async () => {
    const answers: (() => void)[] = [];
    const slowly = () =>
      new Promise<Response>((resolve) => answers.push(() => resolve(new Response(null, { status: 204 }))));
    const favorite = `/api/v1/renders/${card(1).id}/favorite`;
    backend.on(`PUT ${favorite}`, slowly).on(`DELETE ${favorite}`, slowly);
    const user = await openApp("/dashboard/renders");
    (await tile(1)).focus();
    await user.keyboard("f");
    expect(await screen.findByRole("img", { name: "In My Favorites" })).toBeVisible();
    await user.keyboard("f");
    await waitFor(() => expect(screen.queryByRole("img", { name: "In My Favorites" })).toBeNull());
    expect(backend.requests(`DELETE ${favorite}`)).toHaveLength(0);
    answers[0]?.();
    await waitFor(() => expect(backend.requests(`DELETE ${favorite}`)).toHaveLength(1));
    expect(backend.requests(`PUT ${favorite}`)).toHaveLength(1);
    answers[1]?.();
  });

  it("means nothing by F and Delete once the focus is elsewhere", async () => {
    const user = await openApp("/dashboard/renders");
    (await tile(1)).focus();
    await user.click(screen.getByRole("heading", { name: /^Renders/ }));
    screen.getByRole("link", { name: "Trash" }).focus();
    await user.keyboard("f{Delete}");
    await tile(1);
    expect(backend.calls.filter(({ method }) => method !== "GET")).toEqual([]);
  });

  it("lets a render go from the favorites when its heart does, and asks for them again when one comes", async () => {
    const loved = CARDS.map((each) => ({ ...each, is_favorite: true }));
    backend
      .on("GET /api/v1/renders", ({ query }) => ok(query.get("favorite") === "true" ? loved : CARDS))
      .on(`DELETE /api/v1/renders/${card(1).id}/favorite`, () => new Response(null, { status: 204 }))
      .on(`PUT /api/v1/renders/${card(2).id}/favorite`, () => new Response(null, { status: 204 }));
    const user = await openApp("/dashboard/renders?favorite=true");
    (await tile(1)).focus();
    await user.keyboard("f");
    await waitFor(() => expect(screen.queryByRole("link", { name: "Render 1" })).toBeNull());
    await waitFor(() => expect(backend.requests(`DELETE /api/v1/renders/${card(1).id}/favorite`)).toHaveLength(1));

    await user.click(screen.getByRole("button", { name: "All" }));
    await tile(1);
    (await tile(2)).focus();
    await user.keyboard("f");
    await waitFor(() => expect(backend.requests(`PUT /api/v1/renders/${card(2).id}/favorite`)).toHaveLength(1));
    const favoriteRequests = () =>
      backend.requests("GET /api/v1/renders").filter(({ query }) => query.get("favorite") === "true");
    const before = favoriteRequests().length;
    await user.click(screen.getByRole("button", { name: "My Favorites" }));
    await waitFor(() => expect(favoriteRequests().length).toBeGreaterThan(before));
  });

  it("keeps what was there, and nothing picked, while another search is on its way", async () => {
    let answer: () => void = () => undefined;
    backend.on("GET /api/v1/renders", ({ query }) =>
      query.get("family") ? new Promise((resolve) => (answer = () => resolve(ok([CARDS[2]])))) : ok(CARDS),
    );
    const user = await openApp("/dashboard/renders");
    await user.click(await screen.findByRole("checkbox", { name: "Select Render 0" }));
    expect(screen.getByText("1 selected")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Interior" }));
    await waitFor(() => expect(screen.queryByText("1 selected")).toBeNull());
    await tile(0);
    answer();
    await waitFor(() => expect(screen.queryByRole("link", { name: "Render 0" })).toBeNull());
    await tile(2);
  });

  it("picks with Ctrl+A, a click with Ctrl and one with Shift, and clears the selection with Esc", async () => {
    const user = await openApp("/dashboard/renders");
    const first = await tile(0);
    await user.keyboard("{Control>}a{/Control}");
    expect(screen.getByText("3 selected")).toBeVisible();
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("toolbar")).toBeNull();
    await user.keyboard("{Control>}");
    await user.click(first);
    await user.keyboard("{/Control}");
    expect(screen.getByText("1 selected")).toBeVisible();
    await user.keyboard("{Shift>}");
    await user.click(await tile(2));
    await user.keyboard("{/Shift}");
    expect(screen.getByText("3 selected")).toBeVisible();
    expect(window.location.pathname).toBe("/dashboard/renders");
  });

  it("asks for dates, a preset, a collection, favorites and an order as they are chosen", async () => {
    const flat = collection(1, { name: "Riverside flat" });
    backend.on("GET /api/v1/collections", () =>
      ok([collection(0, { name: "My Favorites", is_favorites: true }), flat]),
    );
    const user = await openApp("/dashboard/renders");
    await tile(0);
    const last = () => backend.requests("GET /api/v1/renders").at(-1)?.query;
    await user.click(screen.getByRole("button", { name: "Preset" }));
    await user.click(await screen.findByRole("menuitem", { name: "Golden dusk" }));
    await waitFor(() => expect(last()?.get("preset")).toBe("golden-dusk"));
    await user.click(screen.getByRole("button", { name: "Collection" }));
    expect(screen.queryByRole("menuitem", { name: "My Favorites" })).toBeNull();
    await user.click(await screen.findByRole("menuitem", { name: "Riverside flat" }));
    await waitFor(() => expect(last()?.get("collection_id")).toBe(flat.id));
    await user.click(screen.getByRole("button", { name: "My Favorites" }));
    await waitFor(() => expect(last()?.get("favorite")).toBe("true"));
    await user.click(screen.getByRole("button", { name: "Any date" }));
    await user.click(await screen.findByRole("button", { name: "Today" }));
    const today = new Date();
    await waitFor(() =>
      expect(last()?.get("created_from")).toBe(
        new Date(today.getFullYear(), today.getMonth(), today.getDate()).toISOString(),
      ),
    );
    await user.click(screen.getByRole("button", { name: /^Newest first/ }));
    await waitFor(() => expect(last()?.get("sort")).toBe("oldest"));
  });

  it("shows what lies before a month that has nothing", async () => {
    backend.on("GET /api/v1/renders", ({ query }) => ok(query.get("created_from") ? CARDS : []));
    await openApp("/dashboard/renders?month=2020-01");
    await tile(0);
    expect(screen.queryByText(/^Nothing here yet/)).toBeNull();
  });

  it("goes to a month again when one has left it by scrolling", async () => {
    const scroll = vi.spyOn(window, "scrollTo");
    backend
      .on("GET /api/v1/renders/months", () =>
        ok([
          { month: "2026-11", count: 3 },
          { month: "2026-10", count: 3 },
        ]),
      )
      .on("GET /api/v1/renders", ({ query }) => ok(query.get("created_from") ? [] : CARDS));
    const user = await openApp("/dashboard/renders");
    await tile(0);
    const month = () => screen.findByRole("button", { name: "October 2026, 3 renders" });
    await user.click(await month());
    await waitFor(() => expect(window.location.search).toBe("?month=2026-10"));
    await tile(0);
    await waitFor(() => expect(scroll).toHaveBeenCalled());
    scroll.mockClear();
    await user.click(await month());
    await waitFor(() => expect(scroll).toHaveBeenCalled());
  });

  it("says why a list does not come, and asks again on request", async () => {
    backend.on("GET /api/v1/renders", () => refused(422, "validation_failed", "This list cannot be read."));
    const user = await openApp("/dashboard/renders");
    expect(await screen.findByText("This list cannot be read.")).toBeVisible();
    backend.on("GET /api/v1/renders", () => ok(CARDS));
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await tile(0);
  });
});

describe("the trash", () => {
  it("gives back all that is in it, not what is loaded alone", async () => {
    backend
      .on("GET /api/v1/renders/months", ({ query }) =>
        ok(query.get("trashed") === "true" ? [{ month: "2026-11", count: 600 }] : []),
      )
      .on("POST /api/v1/renders/bulk", () => ok({ changed: 600, at: "2026-11-24T10:00:00Z" }));
    const user = await openApp("/dashboard/trash");
    await user.click(await screen.findByRole("checkbox", { name: "Select Render 0" }));
    await user.click(await screen.findByRole("button", { name: "Select all 600" }));
    expect(screen.getByText("600 selected")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Restore" }));
    expect(await screen.findByText("600 renders restored.")).toBeVisible();
    expect(backend.requests("POST /api/v1/renders/bulk")[0]?.body).toMatchObject({
      action: "restore",
      selection: { matching: { favorite: false } },
    });
  });
});
