import { vi } from "vitest";

import { CONFIG, NONE_GIVEN_BACK } from "./fixtures";

export const SUPABASE_URL = "http://supabase.test";

export const ALICE = { id: "aaaaaaaa-0000-4000-8000-000000000001", email: "alice@example.com" };
export const BOB = { id: "bbbbbbbb-0000-4000-8000-000000000002", email: "bob@example.com" };
type Person = typeof ALICE;

interface Call {
  method: string;
  path: string;
  query: URLSearchParams;
  token: string | null;
  idempotencyKey: string | null;
  body: unknown;
}
type Handler = (call: Call) => Response | Promise<Response>;

export const USAGE = {
  plan: { id: "pro", name: "Pro", max_variants: 4 },
  used: 72,
  reserved: 8,
  limit: 200,
  remaining: 128,
  resets_at: "2026-12-01T00:00:00Z",
  given_back: NONE_GIVEN_BACK,
};

/** Answers for the API and Supabase Auth, by "METHOD /path"; records the requests. */
export class FakeBackend {
  readonly calls: Call[] = [];
  private readonly handlers = new Map<string, Handler>();

  constructor() {
    this.on("GET /api/v1/config", () => ok({ ...CONFIG, supabase_url: SUPABASE_URL }));
    this.on("GET /api/v1/usage", () => ok(USAGE));
    this.on("GET /api/v1/generations", () => ok([]));
    this.on("POST /auth/v1/logout", () => new Response(null, { status: 204 }));
    vi.stubGlobal("fetch", (input: RequestInfo | URL, init?: RequestInit) =>
      this.answer(new Request(typeof input === "string" ? new URL(input, window.location.origin) : input, init)),
    );
  }

  on(route: string, handler: Handler): this {
    this.handlers.set(route, handler);
    return this;
  }

  requests(route: string): Call[] {
    return this.calls.filter((call) => `${call.method} ${call.path}` === route);
  }

  private async answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const text = await request.text();
    const call: Call = {
      method: request.method,
      path: pathname,
      query: searchParams,
      token: request.headers.get("Authorization")?.replace("Bearer ", "") ?? null,
      idempotencyKey: request.headers.get("Idempotency-Key"),
      body: text ? JSON.parse(text) : null,
    };
    this.calls.push(call);
    const handler = this.handlers.get(`${call.method} ${call.path}`);
    return handler ? handler(call) : refused(404, "not_found", "There is nothing here.");
  }
}

export function ok(data: unknown, nextCursor: string | null = null): Response {
  return Response.json({
    data,
    meta: { request_id: "req-1", ...(nextCursor !== null && { next_cursor: nextCursor }) },
  });
}

export function refused(
  status: number,
  code: string,
  message: string,
  { headers = {}, details }: { headers?: Record<string, string>; details?: unknown } = {},
): Response {
  return Response.json({ error: { code, message, details, request_id: "req-1" } }, { status, headers });
}

export function authRefused(status: number, code: string): Response {
  return Response.json({ code: status, error_code: code, msg: "upstream text that nobody should read" }, { status });
}

/** The answer of Supabase Auth to a sign-in. `serial` distinguishes tokens of the same person. */
export function sessionOf(person: Person, serial = 1) {
  const expires = Math.floor(Date.now() / 1000) + 3600;
  return {
    access_token: tokenOf(person, serial),
    refresh_token: `refresh-${String(serial)}`,
    token_type: "bearer",
    expires_in: 3600,
    expires_at: expires,
    user: {
      ...person,
      aud: "authenticated",
      role: "authenticated",
      app_metadata: {},
      user_metadata: {},
      created_at: "2026-11-01T00:00:00Z",
    },
  };
}

export function tokenOf(person: Person, serial = 1): string {
  const part = (value: object) => btoa(JSON.stringify(value)).replace(/=+$/, "");
  return `${part({ alg: "HS256", typ: "JWT" })}.${part({ sub: person.id, exp: 4_000_000_000, serial })}.c2ln`;
}

/** As if the person had signed in before. */
export function storeSession(person: Person, validSeconds = 3600) {
  const expires = Math.floor(Date.now() / 1000) + validSeconds;
  localStorage.setItem("maquette.session", JSON.stringify({ ...sessionOf(person), expires_at: expires }));
}
