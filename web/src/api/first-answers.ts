import { keptSession } from "@/auth/kept-session";

import type { RenderCard } from "./renders";

/** Older than this, an answer that nobody took is asked for again. */
const FRESH_MS = 5000;

/** Pictures that a phone shows without scrolling. */
const FIRST_SCREEN = 8;

const answers = new Map<string, { token: string; answer: Promise<Response>; at: number }>();

const addressOf = (path: string) => new URL(path, window.location.origin).href;

/** Asks the API in the name of who is signed in, while the code that will want the answers is on its way. */
export function askFirst(paths: readonly string[]) {
  const session = keptSession();
  if (session === null || session === "unsure") return;
  const token = session.access_token;
  for (const path of paths) {
    const answer = fetch(path, { headers: { Authorization: `Bearer ${token}` } });
    // Whoever takes it is told what went wrong.
    answer.catch(() => undefined);
    answers.set(addressOf(path), { token, answer, at: Date.now() });
  }
}

/** Fetches the pictures of the first screen with the list that has them, instead of when they are drawn. */
export function fetchPictures(path: string) {
  const asked = answers.get(addressOf(path));
  const fetchAll = async (answer: Response) => {
    const { data } = (await answer.json()) as { data: RenderCard[] };
    for (const { cover } of data.slice(0, FIRST_SCREEN)) if (cover?.thumbnail_url) new Image().src = cover.thumbnail_url;
  };
  // The list itself tells what goes wrong.
  asked?.answer.then((answer) => fetchAll(answer.clone())).catch(() => undefined);
}

/** What was asked for already with this token; once, because it tells how things were then. */
export function takeFirst(url: string, token: string | undefined): Promise<Response> | undefined {
  const asked = answers.get(url);
  answers.delete(url);
  return asked?.token === token && asked && Date.now() - asked.at < FRESH_MS ? asked.answer : undefined;
}
