import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { ALICE, FakeBackend, ok, refused, storeSession } from "@/test/fake-backend";
import { card, collection, detail, variant } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

const FLAT = collection(1, { name: "Riverside flat" });
let backend: FakeBackend;

beforeEach(() => {
  storeSession(ALICE);
  backend = new FakeBackend().on("GET /api/v1/collections", () => ok([FLAT]));
});

/** Sets the answers for a render and opens its page. */
async function open(changes: Parameters<typeof detail>[1] = {}) {
  const render = detail(0, changes);
  backend.on(`GET /api/v1/renders/${render.id}`, () => ok(render));
  const user = await openApp(`/dashboard/renders/${render.id}`);
  await screen.findByRole("heading", { name: "Render 0" });
  return { user, render };
}

describe("the page of a render", () => {
  it("makes a variation: the same settings in Create, and a new seed", async () => {
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: "Make a variation" }));
    await waitFor(() => expect(window.location.pathname).toBe("/dashboard/create"));
    expect(await screen.findByText(/^The settings of Render 0 are applied/)).toBeVisible();
    expect(screen.getByLabelText("Describe it")).toHaveValue("A quiet room");
  });

  it("says that the picture it was made from is gone", async () => {
    await open({ source_is_gone: true });
    expect(screen.getByText("Render deleted")).toBeVisible();
  });

  it("B6 says why a render was taken down, and shows nothing of it", async () => {
    const message = "We took this render down: it breaks our rules. Its pictures cannot be opened any more.";
    const variants = [{ ...variant(0), url: null, thumbnail_url: null }];
    const { user } = await open({ variants, taken_down: { at: "2026-11-24T10:00:00Z", reason: "other", message } });
    expect(screen.getByText(message)).toBeVisible();
    for (const action of ["Download", "Share", "Use as input"])
      expect(screen.queryByRole("button", { name: action })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Use these settings" }));
    await waitFor(() => expect(window.location.pathname).toBe("/dashboard/create"));
  });

  it("deletes one variant after asking", async () => {
    backend.on(`DELETE /api/v1/renders/variants/${variant(0).id}`, () => new Response(null, { status: 204 }));
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: "More actions" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete this variant" }));
    expect(backend.calls.filter(({ method }) => method === "DELETE")).toEqual([]);
    const before = backend.requests("GET /api/v1/generations").length;
    await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Delete variant" }));
    expect(await screen.findByText("Variant 1 deleted.")).toBeVisible();
    // Create shows the generations as they are now.
    await waitFor(() => expect(backend.requests("GET /api/v1/generations")).toHaveLength(before + 1));
  });

  it("gives a render back from the trash", async () => {
    backend.on("POST /api/v1/renders/bulk", () => ok({ changed: 1, at: "2026-11-24T10:00:00Z" }));
    const { user, render } = await open({ purged_at: "2026-12-20T10:00:00Z" });
    expect(screen.queryByRole("button", { name: "Use as input" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Restore" }));
    expect(await screen.findByText("1 render restored.")).toBeVisible();
    expect(backend.requests("POST /api/v1/renders/bulk")[0]?.body).toMatchObject({
      action: "restore",
      selection: { ids: [render.id] },
    });
  });

  it("takes a check back when the collection did not take the render", async () => {
    const { user, render } = await open();
    backend.on(`PUT /api/v1/collections/${FLAT.id}/items/${render.id}`, () =>
      refused(503, "upstream_unavailable", "Maquette rests."),
    );
    await user.click(screen.getByRole("button", { name: "Add to a collection" }));
    await user.click(await screen.findByRole("checkbox", { name: /^Riverside flat/ }));
    expect(await screen.findByText("Maquette rests.")).toBeVisible();
    expect(screen.getByRole("checkbox", { name: /^Riverside flat/ })).not.toBeChecked();
  });

  it("finds a collection of the second page, and makes no second one of its name", async () => {
    backend.on("GET /api/v1/collections", ({ query }) =>
      query.get("cursor") ? ok([collection(2, { name: "Lakeside house" })]) : ok([FLAT], "2"),
    );
    const { user, render } = await open();
    backend.on(
      `PUT /api/v1/collections/${collection(2).id}/items/${render.id}`,
      () => new Response(null, { status: 204 }),
    );
    await user.click(screen.getByRole("button", { name: "Add to a collection" }));
    await user.type(await screen.findByLabelText("Find or name a collection"), "lakeside house{Enter}");
    const row = await screen.findByRole("checkbox", { name: /^Lakeside house/ });
    expect(screen.getByRole("button", { name: "New collection" })).toHaveAttribute("aria-disabled", "true");
    await user.keyboard("{Enter}");
    expect(row).toBeChecked();
    expect(backend.requests("POST /api/v1/collections")).toEqual([]);
  });

  it.each([{ isComposing: true }, { keyCode: 229 }])(
    "makes none by the Enter that ends a word of an input method (%o)",
    async (composing) => {
      const { user } = await open();
      await user.click(screen.getByRole("button", { name: "Add to a collection" }));
      const field = await screen.findByLabelText("Find or name a collection");
      await user.type(field, "京都");
      fireEvent.keyDown(field, { key: "Enter", ...composing });
      expect(field).toHaveValue("京都");
      await new Promise((resolve) => setTimeout(resolve));
      expect(backend.requests("POST /api/v1/collections")).toEqual([]);
    },
  );

  it("makes a collection whose name was entered before the others were read", async () => {
    let read: () => void = vi.fn();
    const reading = new Promise<void>((resolve) => (read = resolve));
    const made = collection(3, { name: "Oak" });
    backend
      .on("GET /api/v1/collections", () => reading.then(() => ok([FLAT])))
      .on("POST /api/v1/collections", () => ok(made));
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: "Add to a collection" }));
    await user.type(await screen.findByLabelText("Find or name a collection"), "Oak{Enter}");
    expect(backend.requests("POST /api/v1/collections")).toEqual([]);
    read();
    await waitFor(() => expect(backend.requests("POST /api/v1/collections")).toHaveLength(1));
  });

  it("leads back to the list it was opened from", async () => {
    const render = detail(0);
    backend
      .on("GET /api/v1/renders", () => ok([card(0)]))
      .on("GET /api/v1/renders/months", () => ok([]))
      .on(`GET /api/v1/renders/${render.id}`, () => ok(render));
    const user = await openApp("/dashboard/renders?q=quiet&sort=oldest");
    await user.click(await screen.findByRole("link", { name: "Render 0" }));
    const picture = within(await screen.findByRole("region", { name: "Picture" }));
    await user.click(picture.getByRole("link", { name: "Renders" }));
    await waitFor(() => expect(window.location.href).toContain("/dashboard/renders?q=quiet&sort=oldest"));
  });
});

describe("a comparison", () => {
  it("tells renders from different photos apart, whose settings are the same", async () => {
    const one = detail(0, { photo: { upload_id: "a", url: "http://supabase.test/a.jpg" } });
    const other = detail(1, { photo: { upload_id: "b", url: "http://supabase.test/b.jpg" } });
    for (const render of [one, other]) backend.on(`GET /api/v1/renders/${render.id}`, () => ok(render));
    await openApp(`/dashboard/compare?a=${one.id}&b=${other.id}`);
    expect(await screen.findByText("Different: Made from.")).toBeVisible();
  });
});
