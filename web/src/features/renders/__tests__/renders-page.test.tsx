import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import { ALICE, FakeBackend, ok, refused, storeSession } from "@/test/fake-backend";
import { card } from "@/test/fixtures";
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
    backend.on("GET /api/v1/renders", () => ok([]));
    await openApp("/dashboard/renders");
    expect(await screen.findByText("Nothing here yet. Your first render starts with a photo or a sentence.")).toBeVisible();
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
    await waitFor(() => expect(backend.asked("GET /api/v1/renders").at(-1)?.query.getAll("family")).toEqual(["interior", "exterior"]));
  });

  it("hides what goes to the trash at once, and brings it back when that fails", async () => {
    backend.on("POST /api/v1/renders/bulk", () => refused(503, "upstream_unavailable", "Maquette rests. Try again."));
    const user = await openApp("/dashboard/renders");
    (await tile(1)).focus();
    await user.keyboard("{Delete}");
    expect(await screen.findByText("Maquette rests. Try again.")).toBeVisible();
    await tile(1);
  });

  it("takes a move to the trash back by the moment it happened", async () => {
    backend.on("POST /api/v1/renders/bulk", () => ok({ changed: 1, at: "2026-11-24T10:00:00Z" }));
    const user = await openApp("/dashboard/renders");
    (await tile(1)).focus();
    await user.keyboard("{Delete}");
    await waitFor(() => expect(screen.queryByRole("link", { name: "Render 1" })).toBeNull());
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await tile(1);
    expect(backend.asked("POST /api/v1/renders/bulk").map(({ body }) => body)).toEqual([
      { action: "trash", selection: { ids: [card(1).id] }, collection_id: null },
      { action: "restore", selection: { changed_at: "2026-11-24T10:00:00Z" }, collection_id: null },
    ]);
  });

  it("means all that match by their filters, not by their ids", async () => {
    backend.on("POST /api/v1/renders/bulk", () => ok({ changed: 700, at: "2026-11-24T10:00:00Z" }));
    const user = await openApp("/dashboard/renders?family=interior");
    await tile(0);
    await user.click(screen.getByRole("checkbox", { name: "Select Render 0" }));
    const bar = within(screen.getByRole("toolbar"));
    await user.click(bar.getByRole("button", { name: "Select all 700" }));
    await user.click(bar.getByRole("button", { name: "Trash" }));
    expect(await screen.findByText("700 renders moved to trash.")).toBeVisible();
    expect(backend.asked("POST /api/v1/renders/bulk")[0]?.body).toMatchObject({
      action: "trash",
      selection: { matching: { family: ["interior"], text: null } },
    });
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
