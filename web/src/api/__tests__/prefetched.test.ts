import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";

import {
  ALICE,
  BOB,
  FakeBackend,
  ok,
  refused,
  sessionOf,
  storeSession,
  SUPABASE_URL,
  tokenOf,
} from "@/test/fake-backend";

const USAGE = "/api/v1/usage";
const address = new URL(USAGE, window.location.origin).href;
let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend();
  storeSession(ALICE);
});

async function first() {
  const { prefetch, takePrefetched } = await import("../prefetched");
  prefetch([USAGE]);
  return takePrefetched;
}

describe("an answer that was asked for early", () => {
  it("is taken once", async () => {
    const takePrefetched = await first();
    expect((await takePrefetched(address, tokenOf(ALICE)))?.status).toBe(200);
    expect(takePrefetched(address, tokenOf(ALICE))).toBeUndefined();
  });

  it.each([tokenOf(BOB), tokenOf(ALICE, 2), undefined])(
    "I3: is nobody else's, and gone after they asked",
    async (token) => {
      const takePrefetched = await first();
      expect(takePrefetched(address, token)).toBeUndefined();
      expect(takePrefetched(address, tokenOf(ALICE))).toBeUndefined();
    },
  );

  it("is too old after five seconds", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const takePrefetched = await first();
    vi.setSystemTime(Date.now() + 5000);
    expect(takePrefetched(address, tokenOf(ALICE))).toBeUndefined();
  });

  it.each([
    ["a visitor", () => localStorage.clear()],
    ["a token that is about to expire", () => storeSession(ALICE, 60)],
  ])("is not asked for by %s", async (_who, become) => {
    become();
    await first();
    expect(backend.calls).toEqual([]);
  });
});

describe("a request that finds one", () => {
  async function ask() {
    const { prefetch } = await import("../prefetched");
    prefetch([USAGE]);
    const { getAuth, startSession } = await import("@/auth/session");
    // Otherwise it connects two seconds later, while another test counts connections.
    onTestFinished(async () => (await getAuth()).dispose());
    await startSession({ url: SUPABASE_URL, publishableKey: "k", onPersonChange: vi.fn(), onRecovery: vi.fn() });
    const { api, unwrap } = await import("../client");
    return () => unwrap(api.GET("/api/v1/usage"));
  }
  const tokens = () => backend.requests(`GET ${USAGE}`).map(({ token }) => token);

  it("takes it, and the next one asks again", async () => {
    const usage = await ask();
    await expect(usage()).resolves.toMatchObject({ remaining: 128 });
    expect(tokens()).toEqual([tokenOf(ALICE)]);
    await usage();
    expect(tokens()).toEqual([tokenOf(ALICE), tokenOf(ALICE)]);
  });

  it("is told what went wrong", async () => {
    backend.on(`GET ${USAGE}`, () => refused(429, "rate_limited", "Slow down.", { headers: { "Retry-After": "7" } }));
    await expect((await ask())()).rejects.toMatchObject({ code: "rate_limited", retryAfter: 7, transient: true });
    expect(tokens()).toHaveLength(1);
  });

  it("is told that nobody answered", async () => {
    backend.on(`GET ${USAGE}`, () => Promise.reject(new TypeError("Failed to fetch")));
    await expect((await ask())()).rejects.toMatchObject({ code: "unreachable", status: 0, transient: true });
    expect(tokens()).toHaveLength(1);
  });

  it("renews the token after a 401 and asks again", async () => {
    backend
      .on(`GET ${USAGE}`, ({ token }) =>
        token === tokenOf(ALICE, 2) ? ok({ remaining: 7 }) : refused(401, "token_expired", "Sign in again."),
      )
      .on("POST /auth/v1/token", () => Response.json(sessionOf(ALICE, 2)));
    await expect((await ask())()).resolves.toMatchObject({ remaining: 7 });
    expect(tokens()).toEqual([tokenOf(ALICE), tokenOf(ALICE, 2)]);
  });
});
