import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import {
  ALICE,
  authRefused,
  BOB,
  FakeBackend,
  ok,
  refused,
  sessionOf,
  storeSession,
  tokenOf,
} from "@/test/fake-backend";
import { NONE_GIVEN_BACK } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

let backend: FakeBackend;

/** Each person has another number of credits, so that a number on the wrong screen is noticed. */
beforeEach(() => {
  const remaining = new Map([
    [tokenOf(ALICE), 111],
    [tokenOf(BOB), 22],
  ]);
  backend = new FakeBackend().on("GET /api/v1/usage", ({ token }) =>
    ok({
      plan: { id: "pro", name: "Pro" },
      used: 0,
      reserved: 0,
      limit: 200,
      remaining: remaining.get(token ?? "") ?? 0,
      resets_at: "2026-12-01T00:00:00Z",
      given_back: NONE_GIVEN_BACK,
    }),
  );
});

const credits = (number: number) => screen.findAllByText(String(number));

describe("pages of a person", () => {
  it("send a visitor to sign in, and remember the page", async () => {
    await openApp("/dashboard/account?x=1");
    expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
    expect(new URLSearchParams(window.location.search).get("next")).toBe("/dashboard/account?x=1");
    expect(screen.queryByText(/Your session ended/)).toBeNull();
  });

  it("are where / leads when somebody is signed in", async () => {
    storeSession(ALICE);
    await openApp("/");
    await credits(111);
    expect(window.location.pathname).toBe("/dashboard/create");
  });
});

describe("I3: leaving", () => {
  it("forgets what was loaded, and the next person sees their own only", async () => {
    storeSession(ALICE);
    backend.on("POST /auth/v1/token", () => Response.json(sessionOf(BOB)));
    const user = await openApp("/dashboard/account");
    await credits(111);
    localStorage.setItem("maquette.applied", JSON.stringify({ title: "Mine", userId: ALICE.id, at: Date.now() }));
    await user.click(screen.getByRole("button", { name: "Sign out" }));

    await user.type(await screen.findByLabelText("E-mail"), BOB.email);
    expect(screen.queryByText("111")).toBeNull();
    expect(window.location.search).toBe("");
    expect(localStorage.getItem("maquette.session")).toBeNull();
    expect(localStorage.getItem("maquette.applied")).toBeNull();
    await user.type(screen.getByLabelText("Password"), "correct horse");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await credits(22);
    expect(screen.queryByText("111")).toBeNull();
    expect(backend.requests("GET /api/v1/usage").map((call) => call.token)).toEqual([tokenOf(ALICE), tokenOf(BOB)]);
  });

  it("happens in other tabs too, and an account switched there is switched here", async () => {
    storeSession(ALICE);
    await openApp("/dashboard/account");
    await credits(111);
    const otherTab = new BroadcastChannel("maquette.session");

    localStorage.setItem("maquette.session", JSON.stringify(sessionOf(BOB)));
    otherTab.postMessage({ event: "SIGNED_IN", session: sessionOf(BOB) });
    await credits(22);
    expect(screen.queryByText("111")).toBeNull();
    expect(screen.getAllByText(BOB.email).length).toBeGreaterThan(0);

    localStorage.removeItem("maquette.session");
    otherTab.postMessage({ event: "SIGNED_OUT", session: null });
    expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
    expect(screen.queryByText("22")).toBeNull();
    otherTab.close();
  });
});

describe("a session that ends by itself", () => {
  it("is explained, and the page comes back after signing in", async () => {
    storeSession(ALICE);
    backend
      .on("GET /api/v1/usage", () => refused(401, "unauthorized", "Sign in again."))
      .on("POST /auth/v1/token", () => authRefused(400, "refresh_token_not_found"));
    const user = await openApp("/dashboard/account");
    expect(await screen.findByText("Your session ended. Sign in and you return to this draft.")).toBeVisible();

    backend
      .on("GET /api/v1/usage", () => refused(404, "not_found", "There is nothing here."))
      .on("POST /auth/v1/token", () => Response.json(sessionOf(ALICE)));
    await user.type(screen.getByLabelText("E-mail"), ALICE.email);
    await user.type(screen.getByLabelText("Password"), "correct horse");
    await user.click(screen.getByRole("button", { name: "Sign in" }));
    await waitFor(() => {
      expect(window.location.pathname).toBe("/dashboard/account");
    });
  });
});
