import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";

import {
  ALICE,
  authRefused,
  BOB,
  FakeBackend,
  ok,
  refused,
  sessionOf,
  storeSession,
  SUPABASE_URL,
  tokenOf,
} from "@/test/fake-backend";

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend();
});

async function connect() {
  const { getAuth, startSession } = await import("@/auth/session");
  await startSession({ url: SUPABASE_URL, publishableKey: "k", onPersonChange: vi.fn(), onRecovery: vi.fn() });
  // Otherwise it connects two seconds later, while another test counts connections.
  onTestFinished(async () => (await getAuth()).dispose());
  const { api, unwrap } = await import("../client");
  return () => unwrap(api.GET("/api/v1/usage"));
}

describe("a request", () => {
  it("carries the caller's token", async () => {
    storeSession(ALICE);
    const usage = await connect();
    await expect(usage()).resolves.toMatchObject({ remaining: 128 });
    expect(backend.requests("GET /api/v1/usage").map((call) => call.token)).toEqual([tokenOf(ALICE)]);
  });

  it("carries none for a visitor, and a 401 is final", async () => {
    backend.on("GET /api/v1/usage", () => refused(401, "unauthorized", "Sign in first."));
    const usage = await connect();
    await expect(usage()).rejects.toMatchObject({ code: "unauthorized", status: 401 });
    expect(backend.requests("GET /api/v1/usage").map((call) => call.token)).toEqual([null]);
  });

  it("renews the token once after a 401 and is repeated", async () => {
    storeSession(ALICE);
    backend
      .on("GET /api/v1/usage", ({ token }) =>
        token === tokenOf(ALICE, 2) ? ok({ remaining: 7 }) : refused(401, "token_expired", "Sign in again."),
      )
      .on("POST /auth/v1/token", () => Response.json(sessionOf(ALICE, 2)));
    const usage = await connect();
    await expect(usage()).resolves.toMatchObject({ remaining: 7 });
    expect(backend.requests("GET /api/v1/usage")).toHaveLength(2);
  });

  it("gives up when the new token is refused too", async () => {
    storeSession(ALICE);
    backend
      .on("GET /api/v1/usage", () => refused(401, "token_expired", "Sign in again."))
      .on("POST /auth/v1/token", () => Response.json(sessionOf(ALICE, 2)));
    const usage = await connect();
    await expect(usage()).rejects.toMatchObject({ status: 401 });
    expect(backend.requests("GET /api/v1/usage")).toHaveLength(2);
  });

  it("ends the session when the token cannot be renewed", async () => {
    storeSession(ALICE);
    backend
      .on("GET /api/v1/usage", () => refused(401, "token_expired", "Sign in again."))
      .on("POST /auth/v1/token", () => authRefused(400, "refresh_token_not_found"));
    const usage = await connect();
    await expect(usage()).rejects.toMatchObject({ status: 401 });
    const { getSession } = await import("@/auth/session");
    expect(getSession()).toEqual({ status: "signed-out", reason: "ended" });
  });

  it("I3: is never repeated in the name of another person", async () => {
    storeSession(ALICE);
    backend
      .on("GET /api/v1/usage", () => refused(401, "token_expired", "Sign in again."))
      .on("POST /auth/v1/token", () => Response.json(sessionOf(BOB)));
    const usage = await connect();
    await expect(usage()).rejects.toMatchObject({ status: 401 });
    expect(backend.requests("GET /api/v1/usage").map((call) => call.token)).toEqual([tokenOf(ALICE)]);
  });
});

it("an answer is not handed to the person who has come since", async () => {
  storeSession(ALICE);
  let release: () => void = vi.fn();
  const held = new Promise<void>((resolve) => (release = resolve));
  backend.on("GET /api/v1/usage", async () => {
    await held;
    return ok({ remaining: 1 });
  });
  const usage = await connect();
  const { getAuth, personId } = await import("@/auth/session");
  await getAuth();
  const outcome = vi.fn();
  void usage().then(outcome, outcome);
  await vi.waitFor(() => expect(backend.calls).toHaveLength(1));
  localStorage.setItem("maquette.session", JSON.stringify(sessionOf(BOB)));
  const otherTab = new BroadcastChannel("maquette.session");
  otherTab.postMessage({ event: "SIGNED_IN", session: sessionOf(BOB) });
  await vi.waitFor(() => expect(personId()).toBe(BOB.id));
  release();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(outcome).not.toHaveBeenCalled();
  otherTab.close();
});

describe("a failure", () => {
  it("keeps code, sentence, details and request id of the envelope", async () => {
    backend.on("GET /api/v1/usage", () =>
      Response.json(
        { error: { code: "plan_cap_reached", message: "All used.", details: { limit: 40 }, request_id: "req-9" } },
        { status: 402 },
      ),
    );
    const usage = await connect();
    await expect(usage()).rejects.toMatchObject({
      code: "plan_cap_reached",
      message: "All used.",
      status: 402,
      details: { limit: 40 },
      requestId: "req-9",
      transient: false,
    });
  });

  it("says how long to wait", async () => {
    backend.on("GET /api/v1/usage", () =>
      refused(429, "rate_limited", "Slow down.", { headers: { "Retry-After": "7" } }),
    );
    const usage = await connect();
    await expect(usage()).rejects.toMatchObject({ retryAfter: 7, transient: true });
  });

  it("shows nothing of an answer that is not ours", async () => {
    backend.on("GET /api/v1/usage", () => new Response("<h1>Bad gateway at 10.0.0.3</h1>", { status: 502 }));
    const usage = await connect();
    await expect(usage()).rejects.toMatchObject({
      code: "unexpected",
      message: "Maquette does not answer right now. Try again in a moment.",
    });
  });

  it.each([
    [true, "unreachable"],
    [false, "offline"],
  ])("without an answer, online %s, is %s", async (online, code) => {
    backend.on("GET /api/v1/usage", () => Promise.reject(new TypeError("Failed to fetch")));
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(online);
    const usage = await connect();
    await expect(usage()).rejects.toMatchObject({ code, status: 0, transient: true });
  });
});
