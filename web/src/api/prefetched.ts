import { keptSession } from "@/auth/kept-session";

import type { components } from "./schema";

/** An answer that was not used within this time is requested again. */
const FRESH_MS = 5000;

/** Pictures that a phone shows without scrolling. */
const FIRST_SCREEN = 8;

const answers = new Map<string, { token: string; answer: Promise<Response>; at: number }>();

const addressOf = (path: string) => new URL(path, window.location.origin).href;

/**
 * Sends the first requests with the token of the person who is signed in, while the code that needs the answers is
 * still loading.
 */
export function prefetch(paths: readonly string[]) {
  const session = keptSession();
  if (session === null || session === "unsure") return;
  const token = session.access_token;
  for (const path of paths) {
    const answer = fetch(path, { headers: { Authorization: `Bearer ${token}` } });
    // The code that takes the answer handles the error.
    answer.catch(() => undefined);
    answers.set(addressOf(path), { token, answer, at: Date.now() });
  }
}

/** Fetches the pictures of the first screen as soon as the list arrives, before they are drawn. */
export function prefetchPictures(path: string) {
  const request = answers.get(addressOf(path));
  const fetchAll = async (answer: Response) => {
    const { data } = (await answer.json()) as { data: components["schemas"]["RenderCardView"][] };
    for (const { cover } of data.slice(0, FIRST_SCREEN))
      if (cover?.thumbnail_url) new Image().src = cover.thumbnail_url;
  };
  // The code that takes the list handles the error.
  request?.answer.then((answer) => fetchAll(answer.clone())).catch(() => undefined);
}

/** The answer to a request that `prefetch` sent with this token. Given once only, because it becomes out of date. */
export function takePrefetched(url: string, token: string | undefined): Promise<Response> | undefined {
  const request = answers.get(url);
  answers.delete(url);
  return request?.token === token && request && Date.now() - request.at < FRESH_MS ? request.answer : undefined;
}
