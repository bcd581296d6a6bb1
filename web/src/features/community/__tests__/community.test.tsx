import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import { ALICE, FakeBackend, ok, refused, storeSession, SUPABASE_URL } from "@/test/fake-backend";
import { CONFIG } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

const PICTURE = { url: "/a.webp", thumbnail_url: "/a.thumb.webp", width: 300, height: 200, placeholder: "" };
const RECIPE = {
  preset_id: "warm-minimal",
  preset_name: "Warm minimal",
  model: "black-forest-labs/flux-dev",
  prompt: "Oak",
  settings: { light: "morning" },
  seed: 77,
  from_photo: false,
  problem: null,
};
const item = (title: string, changes = {}) => ({
  id: `id-${title}`,
  title,
  credit: "Ines",
  picture: PICTURE,
  recipe: { ...RECIPE, ...changes },
});
const SET = {
  slug: "rooms",
  title: "Rooms",
  description: "Quiet ones",
  tags: ["interior"],
  items: [item("Oak"), item("Gone", { preset_name: null, model: null, problem: "Its preset is no longer offered." })],
};

const FREE = { id: "free", name: "Free", monthly_credits: 40, max_variants: 2, prices: [], features: [] };

let backend: FakeBackend;
beforeEach(() => {
  backend = new FakeBackend();
  backend.on("GET /api/v1/community", () =>
    ok([{ slug: "rooms", title: "Rooms", description: "", tags: ["interior"], count: 1, covers: [PICTURE] }]),
  );
  backend.on("GET /api/v1/community/tags", () => ok(["interior", "garden"]));
  backend.on("GET /api/v1/community/rooms", () => ok(SET));
});

describe("a visitor", () => {
  it("sees what it is, and the sets, at the root", async () => {
    await openApp("/");
    expect(await screen.findByRole("heading", { name: "See it before you build it." })).toBeVisible();
    const set = await screen.findByRole("link", { name: /Rooms/ });
    expect(set).toHaveAttribute("href", "/community/rooms");
    expect(set).toHaveTextContent("1 picture, interior");
    expect(await screen.findByRole("button", { name: "garden" })).toBeVisible();
  });

  it("goes from the landing page to a new account, past the navigation by keyboard", async () => {
    backend.on("GET /api/v1/config", () => ok({ ...CONFIG, supabase_url: SUPABASE_URL, plans: [FREE] }));
    const user = await openApp("/");
    expect(await screen.findByText("Free for 40 credits a month. No card needed.")).toBeVisible();
    await user.tab();
    expect(screen.getByRole("link", { name: "Skip to content" })).toHaveFocus();
    await user.click(screen.getByRole("link", { name: "Start free" }));
    expect(await screen.findByRole("heading", { name: "Create an account" })).toBeVisible();
  });

  it("narrows the sets to a tag, and takes that back", async () => {
    backend.on("GET /api/v1/community", ({ query }) =>
      ok(
        ["interior", "garden"]
          .filter((tag) => [null, tag].includes(query.get("tag")))
          .map((tag) => ({ slug: tag, title: `A ${tag}`, description: "", tags: [tag], count: 1, covers: [PICTURE] })),
      ),
    );
    const user = await openApp("/community");
    expect(await screen.findByRole("link", { name: /A interior/ })).toBeVisible();
    await user.click(await screen.findByRole("button", { name: "garden" }));
    await waitFor(() => {
      expect(screen.queryByRole("link", { name: /A interior/ })).toBeNull();
    });
    expect(await screen.findByRole("link", { name: /A garden/ })).toBeVisible();
    expect(screen.getByRole("button", { name: "garden" })).toHaveAttribute("aria-pressed", "true");
    await user.click(screen.getByRole("button", { name: "All" }));
    expect(await screen.findByRole("link", { name: /A interior/ })).toBeVisible();
  });

  it("reads why a set is not there", async () => {
    backend.on("GET /api/v1/community/gone", () => refused(404, "community_set_not_found", "This set does not exist."));
    await openApp("/community/gone");
    expect(await screen.findByRole("heading", { name: "This set is not here" })).toBeVisible();
    expect(screen.getByText("This set does not exist.")).toBeVisible();
  });

  it("is asked to sign in after applying settings, which are kept", async () => {
    const user = await openApp("/community/rooms");
    await user.click(await screen.findByRole("link", { name: "Apply settings of Oak" }));
    expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
    expect(JSON.parse(localStorage.getItem("maquette.applied") ?? "{}")).toMatchObject({
      presetId: "warm-minimal",
      seed: 77,
    });
  });

  it("cannot apply what can no longer be made", async () => {
    await openApp("/community/rooms");
    expect(await screen.findByRole("heading", { name: "Gone" })).toBeVisible();
    expect(screen.queryByRole("link", { name: "Apply settings of Gone" })).toBeNull();
    expect(screen.getByText("Its preset is no longer offered.")).toBeVisible();
  });

  it("reports a picture from the viewer", async () => {
    backend.on("POST /api/v1/reports", () => new Response(null, { status: 204 }));
    const user = await openApp("/community/rooms");
    await user.click(await screen.findByRole("button", { name: "Look at Oak" }));
    await user.click(await screen.findByRole("button", { name: "Report" }));
    const dialog = await screen.findByRole("dialog", { name: "Report this picture" });
    // The viewer below does not hear keys meanwhile: the report stays about the picture that was shown.
    await user.keyboard("{ArrowRight}");
    // Nothing is chosen for the reporter, and "Something else" alone says nothing.
    const send = within(dialog).getByRole("button", { name: "Send report" });
    expect(send).toHaveAttribute("aria-disabled", "true");
    await user.selectOptions(within(dialog).getByLabelText("What is wrong"), "Something else");
    expect(within(dialog).getByText("Say what is wrong.")).toBeVisible();
    await user.selectOptions(within(dialog).getByLabelText("What is wrong"), "It is illegal");
    await user.type(within(dialog).getByLabelText("What should we know"), "Look");
    await user.click(send);
    expect(await screen.findByText("Thank you. We look at every report.")).toBeVisible();
    expect(backend.requests("POST /api/v1/reports")[0]?.body).toEqual({
      community_item_id: "id-Oak",
      reason: "illegal",
      message: "Look",
    });
  });

  it("opens a picture at its own address, with what made it, and goes back to the set", async () => {
    const user = await openApp("/community/rooms");
    await user.click(await screen.findByRole("button", { name: "Look at Oak" }));
    const viewer = await screen.findByRole("dialog", { name: "Oak" });
    expect(window.location.search).toBe("?item=id-Oak");
    expect(within(viewer).getByText("Ines")).toBeVisible();
    expect(within(viewer).getByText("77")).toBeVisible();
    expect(within(viewer).getByText("black-forest-labs/flux-dev")).toBeVisible();
    window.history.back();
    await waitFor(() => {
      expect(viewer).not.toBeInTheDocument();
    });
    expect(window.location.pathname + window.location.search).toBe("/community/rooms");
  });

  it("closes a picture that the address opened onto its set", async () => {
    const user = await openApp("/community/rooms?item=id-Gone");
    const viewer = await screen.findByRole("dialog", { name: "Gone" });
    expect(within(viewer).getByText("Its preset is no longer offered.")).toBeVisible();
    await user.click(within(viewer).getByRole("button", { name: "Close" }));
    await waitFor(() => {
      expect(viewer).not.toBeInTheDocument();
    });
    expect(window.location.pathname + window.location.search).toBe("/community/rooms");
  });

  it("shows again what could not be read once it can, and keeps what was read", async () => {
    const pageOf = (title: string) => ({
      kind: "collection",
      title: "House",
      renders: [
        { id: `render-${title}`, title, recipe: RECIPE, variants: [{ ...PICTURE, id: `id-${title}`, index: 0 }] },
      ],
    });
    backend.on("GET /api/v1/shared/abc", () => refused(400, "bad_request", "Not now."));
    const user = await openApp("/s/abc");
    expect(await screen.findByText("Not now.")).toBeVisible();
    expect(screen.queryByText("Nothing to see here")).toBeNull();

    backend.on("GET /api/v1/shared/abc", ({ query }) =>
      query.get("cursor") ? refused(400, "bad_request", "Not yet.") : ok(pageOf("Oak"), "2"),
    );
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await user.click(await screen.findByRole("button", { name: "Show more" }));
    expect(await screen.findByText("Not yet.")).toBeVisible();
    expect(screen.getByText("Oak")).toBeVisible();

    backend.on("GET /api/v1/shared/abc", ({ query }) => ok(pageOf(query.get("cursor") ? "Ash" : "Oak")));
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Ash")).toBeVisible();
    expect(screen.getByText("Oak")).toBeVisible();
  });

  it("tells a set that is not there from one that could not be read", async () => {
    backend.on("GET /api/v1/community/rooms", () => refused(400, "bad_request", "Not now."));
    const user = await openApp("/community/rooms");
    expect(await screen.findByText("Not now.")).toBeVisible();
    backend.on("GET /api/v1/community/rooms", () => refused(404, "not_found", "There is no such set."));
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("heading", { name: "This set is not here" })).toBeVisible();
  });

  it("applies and reports one render of a shared collection from the viewer", async () => {
    backend.on("GET /api/v1/shared/abc", () =>
      ok({
        kind: "collection",
        title: "House",
        renders: ["Oak", "Ash"].map((title) => ({
          id: `render-${title}`,
          title,
          recipe: RECIPE,
          variants: [{ ...PICTURE, id: `id-${title}`, index: 0 }],
        })),
      }),
    );
    backend.on("POST /api/v1/reports", () => new Response(null, { status: 204 }));
    const user = await openApp("/s/abc?item=id-Ash");
    const viewer = await screen.findByRole("dialog", { name: "Ash" });
    expect(within(viewer).getByRole("link", { name: "Apply settings of Ash" })).toBeVisible();
    await user.click(within(viewer).getByRole("button", { name: "Report" }));
    await user.selectOptions(await screen.findByLabelText("What is wrong"), "It is illegal");
    await user.click(screen.getByRole("button", { name: "Send report" }));
    expect(await screen.findByText("Thank you. We look at every report.")).toBeVisible();
    expect(backend.requests("POST /api/v1/reports")[0]?.body).toMatchObject({
      share_token: "abc",
      render_id: "render-Ash",
    });
  });

  it("finds the picture that the address of a share names on a later page", async () => {
    backend.on("GET /api/v1/shared/abc", ({ query }) => {
      const title = query.get("cursor") === "next" ? "Ash" : "Oak";
      const renders = [{ id: title, title, recipe: null, variants: [{ ...PICTURE, id: `id-${title}`, index: 0 }] }];
      return ok({ kind: "collection", title: "House", renders }, title === "Oak" ? "next" : null);
    });
    await openApp("/s/abc?item=id-Ash");
    expect(await screen.findByRole("dialog", { name: "Ash" })).toBeVisible();
    expect(document.title).toContain("Ash · House");
  });

  it("reads why a link opens nothing", async () => {
    backend.on("GET /api/v1/shared/abc", () => refused(404, "share_not_found", "This link opens nothing."));
    await openApp("/s/abc");
    expect(await screen.findByText("This link opens nothing.")).toBeVisible();
  });
});

describe("a signed-in person", () => {
  beforeEach(() => {
    storeSession(ALICE);
  });

  it("lands on Create with the applied settings, and gets the draft back with Undo", async () => {
    localStorage.setItem(
      `maquette.draft.${ALICE.id}`,
      JSON.stringify({ presetId: "warm-minimal", prompt: "My own words", settings: {}, seed: 5 }),
    );
    const user = await openApp("/community/rooms");
    await user.click(await screen.findByRole("link", { name: "Apply settings of Oak" }));
    expect(await screen.findByLabelText("Describe it")).toHaveValue("Oak");
    expect(localStorage.getItem("maquette.applied")).toBeNull();
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    expect(screen.getByLabelText("Describe it")).toHaveValue("My own words");
  });

  it("turns a link off from the list of links", async () => {
    const link = {
      id: "link-1",
      render_id: "r",
      collection_id: null,
      title: "Harbour",
      url: "http://localhost/s/abc",
      include_settings: false,
      expires_at: null,
      taken_down_at: null,
      created_at: "2026-11-01T00:00:00Z",
    };
    let links = [link];
    backend.on("GET /api/v1/shares", () => ok(links));
    backend.on("DELETE /api/v1/shares/link-1", () => {
      links = [];
      return new Response(null, { status: 204 });
    });
    const user = await openApp("/dashboard/links");
    expect(await screen.findByText("Harbour")).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Turn off" }));
    await user.click(await screen.findByRole("button", { name: "Cancel" }));
    expect(backend.requests("DELETE /api/v1/shares/link-1")).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Turn off" }));
    await user.click(await screen.findByRole("button", { name: "Turn off link" }));
    expect(await screen.findByText(/Nothing shared yet/)).toBeVisible();
  });
});
