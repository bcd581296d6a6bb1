import createClient from "openapi-fetch";

import { currentToken, personId, renewToken, type Token } from "@/auth/session";

import { failureOf, noAnswer } from "./errors";
import { takePrefetched } from "./prefetched";
import type { paths } from "./schema";

/**
 * The only client of our API. Requests send the session's token. After a 401 the token is renewed and the request
 * repeated, once. Use it through `unwrap`, which throws ApiError.
 */
export const api = createClient<paths>({ baseUrl: window.location.origin, fetch: fetchAsCaller });

interface Answer<Data> {
  data?: { data: Data };
  error?: unknown;
  response: Response;
}

/** The `data` of the envelope. Throws ApiError. */
export async function unwrap<Data>(request: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await request;
  if (data === undefined) throw failureOf(response.status, error, (name) => response.headers.get(name));
  return data.data;
}

export interface Page<Row> {
  rows: Row[];
  /** Cursor of the next page; null on the last. */
  nextCursor: string | null;
}

/** One page of a list. Throws ApiError. */
export async function unwrapPage<Row>(
  request: Promise<{
    data?: { data: Row[]; meta: { next_cursor?: string | null } };
    error?: unknown;
    response: Response;
  }>,
): Promise<Page<Row>> {
  const { data, error, response } = await request;
  if (data === undefined) throw failureOf(response.status, error, (name) => response.headers.get(name));
  return { rows: data.data, nextCursor: data.meta.next_cursor ?? null };
}

/** For an answer without content (204). Throws ApiError. */
export async function done(request: Promise<{ error?: unknown; response: Response }>): Promise<void> {
  const { error, response } = await request;
  if (!response.ok) throw failureOf(response.status, error, (name) => response.headers.get(name));
}

async function fetchAsCaller(request: Request): Promise<Response> {
  const token = await currentToken();
  // The body of a request can be read once, so the repeat needs its own copy.
  const repeat = request.clone();
  const response = await send(request, token);
  if (response.status !== 401 || token === null) return response;

  const renewed = await renewToken();
  // Never repeat one person's request with the token of another who has signed in since.
  if (renewed?.userId !== token.userId) return response;
  return send(repeat, renewed);
}

async function send(request: Request, token: Token | null): Promise<Response> {
  if (token) request.headers.set("Authorization", `Bearer ${token.value}`);
  const response = await (takePrefetched(request.url, token?.value) ?? fetch(request)).catch((error: unknown) => {
    throw error instanceof DOMException && error.name === "AbortError" ? error : noAnswer(error);
  });
  // Nobody is there to take it: what is done with it would be done to the data of the person who has come since.
  if (response.ok && token && personId() !== token.userId) return new Promise<never>(() => undefined);
  return response;
}
