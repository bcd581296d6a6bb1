import { cleanup, render, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";

import { pages } from "@/app/pages";
import { ALICE, BOB, FakeBackend, ok, sessionOf, storeSession, tokenOf } from "@/test/fake-backend";
import { card } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

let backend: FakeBackend;

beforeEach(() => {
  backend = backendOfAlice();
});

function backendOfAlice() {
  return new FakeBackend()
    .on("GET /api/v1/renders", () => ok([card(0)]))
    .on("GET /api/v1/renders/months", () => ok([{ month: "2026-11", count: 1 }]))
    .on("GET /api/v1/collections", () => ok([]))
    .on("GET /api/v1/uploads", () => ok([]));
}

describe("what the entry asks for early", () => {
  const addresses = () => backend.calls.map(({ path, query }) => [path, query.toString()].filter(Boolean).join("?"));

  const DASHBOARD_REQUESTS = 2;
  const cases = Object.entries(pages)
    .filter(([address, { early }]) => early !== undefined || address === "/dashboard/create")
    .map(([address, { early }]) => [address, DASHBOARD_REQUESTS + (early?.requests.length ?? 0)] as const);

  it.each(cases)("is what %s asks for, and is not asked for again", async (page, count) => {
    // The answers stay fresh, however long the code takes here.
    vi.useFakeTimers({ toFake: ["Date"] });
    storeSession(ALICE);
    window.history.replaceState(null, "", page);
    const { prefetchData } = await import("@/app/pages");
    prefetchData(window.location);
    await waitFor(() => expect(addresses()).toHaveLength(count));
    const early = addresses().sort();
    await openApp(page);
    await screen.findAllByText("128");
    expect(
      addresses()
        .filter((address) => early.includes(address))
        .sort(),
    ).toEqual(early);

    // The page itself sends exactly these requests.
    cleanup();
    vi.resetModules();
    backend = backendOfAlice();
    await openApp(page);
    await screen.findAllByText("128");
    expect(
      addresses()
        .filter((address) => early.includes(address))
        .sort(),
    ).toEqual(early);
  });
});

describe("the first page", () => {
  const connected = vi.fn<() => void>();

  beforeEach(() => {
    connected.mockClear();
    vi.doMock("@supabase/auth-js", async (original) => {
      connected();
      return original();
    });
    onTestFinished(() => vi.doUnmock("@supabase/auth-js"));
  });

  async function open(path: string) {
    window.history.replaceState(null, "", path);
    const { startApp } = await import("@/app/start-app");
    const app = await startApp();
    const { getAuth } = await import("@/auth/session");
    onTestFinished(async () => (await getAuth()).dispose());
    return app;
  }
  /** Runs timers of this many ms when the returned function is called, however busy the machine is. */
  function hold(ms: number) {
    const held: (() => void)[] = [];
    const { setTimeout } = globalThis;
    vi.spyOn(globalThis, "setTimeout").mockImplementation(((run: () => void, delay?: number) =>
      delay === ms ? held.push(run) : setTimeout(run, delay)) as typeof setTimeout);
    return () => held.forEach((run) => run());
  }
  const askedAuth = () => backend.calls.filter(({ path }) => path.startsWith("/auth/"));

  it("of somebody signed in does not wait for Auth, whose code comes after it", async () => {
    storeSession(ALICE);
    const connect = hold(2000);
    render(await open("/dashboard/renders"));
    expect(await screen.findByRole("link", { name: "Render 0" })).toBeVisible();
    await screen.findAllByText("128");
    expect(connected).not.toHaveBeenCalled();
    connect();
    await waitFor(() => expect(connected).toHaveBeenCalledOnce());
    expect(askedAuth()).toEqual([]);
  });

  it("waits for Auth where a mailed link brings a session", async () => {
    await open("/#access_token=abc&refresh_token=def&expires_in=3600&token_type=bearer&type=magiclink");
    expect(connected).toHaveBeenCalledOnce();
  });

  it("says that a link did not work, without Auth", async () => {
    const connect = hold(2000);
    const { startApp } = await import("@/app/start-app");
    window.history.replaceState(null, "", "/#error=access_denied&error_code=otp_expired&error_description=Used");
    render(await startApp());
    expect(await screen.findByRole("heading", { name: "Sign in" })).toBeVisible();
    expect(screen.getByText(/^This link does not work any more/)).toBeVisible();
    expect(connected).not.toHaveBeenCalled();
    connect();
    const { getAuth } = await import("@/auth/session");
    onTestFinished(async () => (await getAuth()).dispose());
  });

  it("waits for a new token where the old one is about to expire", async () => {
    storeSession(ALICE, 60);
    backend.on("POST /auth/v1/token", () => Response.json(sessionOf(ALICE, 2)));
    const app = await open("/dashboard/renders");
    expect(askedAuth()).toHaveLength(1);
    render(app);
    expect(await screen.findByRole("link", { name: "Render 0" })).toBeVisible();
    const tokens = backend.calls
      .filter(({ path }) => path.startsWith("/api/") && path !== "/api/v1/config")
      .map(({ token }) => token);
    expect(new Set(tokens)).toEqual(new Set([tokenOf(ALICE, 2)]));
  });

  it("I3: asks nothing in the name of whoever signs in in another tab meanwhile, and becomes theirs", async () => {
    storeSession(ALICE);
    await open("/dashboard/renders");
    const { currentToken, personId } = await import("@/auth/session");
    storeSession(BOB);
    expect(personId()).toBe(ALICE.id);
    await expect(currentToken()).resolves.toMatchObject({ userId: BOB.id });
    expect(personId()).toBe(BOB.id);
  });
});
