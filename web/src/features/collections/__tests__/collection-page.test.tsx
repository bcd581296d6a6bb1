import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import { ALICE, FakeBackend, ok, storeSession } from "@/test/fake-backend";
import { card, collection } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

const CARDS = [card(0), card(1), card(2)];
const FLAT = collection(1, { name: "Riverside flat", count: 600, cover_render_id: card(1).id });
const PLACE = (at: number) => `PUT /api/v1/collections/${FLAT.id}/items/${card(at).id}/place`;
let backend: FakeBackend;

beforeEach(() => {
  storeSession(ALICE);
  backend = new FakeBackend()
    .on("GET /api/v1/renders", () => ok(CARDS))
    .on("GET /api/v1/collections", () => ok([FLAT]))
    .on(`GET /api/v1/collections/${FLAT.id}`, () => ok(FLAT));
});

const titles = () => screen.getAllByRole("link", { name: /^Render \d/ }).map((link) => link.getAttribute("aria-label"));

async function open(search = "") {
  const user = await openApp(`/dashboard/collections/${FLAT.id}${search}`);
  await screen.findByRole("link", { name: "Render 0" });
  return user;
}

describe("a collection", () => {
  it("sends one move after the other, as they were made", async () => {
    const answers: (() => void)[] = [];
    const slowly = () =>
      new Promise<Response>((resolve) => answers.push(() => resolve(new Response(null, { status: 204 }))));
    backend.on(PLACE(0), slowly);
    const user = await open();
    screen.getByRole("link", { name: "Render 0" }).focus();
    await user.keyboard("{Alt>}{ArrowRight}{ArrowRight}{/Alt}");
    await waitFor(() => expect(titles()).toEqual(["Render 1", "Render 2", "Render 0"]));
    await waitFor(() => expect(answers).toHaveLength(1));
    answers[0]?.();
    await waitFor(() => expect(answers).toHaveLength(2));
    expect(backend.requests(PLACE(0)).map(({ body }) => body)).toEqual([
      { behind: card(1).id },
      { behind: card(2).id },
    ]);
    answers[1]?.();
  });

  it("moves a picked render earlier and later with buttons", async () => {
    backend.on(PLACE(1), () => new Response(null, { status: 204 }));
    const user = await open();
    await user.click(screen.getByRole("checkbox", { name: "Select Render 1" }));
    await user.click(screen.getByRole("button", { name: "Move earlier" }));
    await waitFor(() => expect(titles()).toEqual(["Render 1", "Render 0", "Render 2"]));
    expect(screen.getByText("Moved to place 1 of 600.")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Move later" }));
    await waitFor(() => expect(titles()).toEqual(["Render 0", "Render 1", "Render 2"]));
  });

  it("keeps its order in the address", async () => {
    const user = await open("?sort=oldest");
    expect(screen.getByRole("radio", { name: "Oldest" })).toBeChecked();
    expect(backend.requests("GET /api/v1/renders")[0]?.query.get("sort")).toBe("oldest");
    await user.click(screen.getByRole("radio", { name: "Added" }));
    await waitFor(() => expect(window.location.search).toBe("?sort=added"));
    await waitFor(() => expect(backend.requests("GET /api/v1/renders").at(-1)?.query.get("sort")).toBe("added"));
  });

  it("puts a removed render back where it was, and makes it the cover again", async () => {
    backend
      .on("POST /api/v1/renders/bulk", () => ok({ changed: 1, at: "2026-11-24T10:00:00Z" }))
      .on(PLACE(1), () => new Response(null, { status: 204 }))
      .on(`PATCH /api/v1/collections/${FLAT.id}`, () => ok(FLAT));
    const user = await open();
    screen.getByRole("link", { name: "Render 1" }).focus();
    await user.keyboard("{Delete}");
    await waitFor(() => expect(screen.queryByRole("link", { name: "Render 1" })).toBeNull());
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() =>
      expect(backend.requests(`PATCH /api/v1/collections/${FLAT.id}`)[0]?.body).toEqual({
        cover_render_id: card(1).id,
      }),
    );
    expect(backend.requests(PLACE(1))[0]?.body).toEqual({ behind: card(0).id });
  });

  it("asks before all that is in it is removed at once", async () => {
    backend.on("POST /api/v1/renders/bulk", () => ok({ changed: 600, at: "2026-11-24T10:00:00Z" }));
    const user = await open();
    await user.click(screen.getByRole("checkbox", { name: "Select Render 0" }));
    await user.click(screen.getByRole("button", { name: "Select all 600" }));
    await user.click(within(screen.getByRole("toolbar")).getByRole("button", { name: "Remove" }));
    expect(backend.requests("POST /api/v1/renders/bulk")).toEqual([]);
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Remove all" }));
    expect(await screen.findByText("600 renders removed from Riverside flat.")).toBeVisible();
    expect(backend.requests("POST /api/v1/renders/bulk")[0]?.body).toMatchObject({
      action: "uncollect",
      selection: { matching: { collection_id: FLAT.id } },
      collection_id: FLAT.id,
    });
  });
});
