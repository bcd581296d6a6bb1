/**
 * What the link of a mail brought in the address: a session, or news. News are why the link was refused (used, expired),
 * by Auth's code, or that one of the two addresses of a change is confirmed.
 */
export type LinkNews = { refused: string } | "half-confirmed";

/** Reads the address, and removes from it what shall not be read again. Auth's code reads a session itself. */
export function takeLink(): { news: LinkNews | null; hasSession: boolean } {
  const { hash, pathname, search } = window.location;
  const given = new URLSearchParams(hash.slice(1));
  if (given.has("access_token")) {
    // See local-clock.ts.
    given.delete("expires_at");
    replaceAddress(`${pathname}${search}#${given.toString()}`);
    return { news: null, hasSession: true };
  }
  const news = newsIn(given);
  if (news) replaceAddress(pathname + search);
  return { news, hasSession: false };
}

function newsIn(given: URLSearchParams): LinkNews | null {
  if (given.has("error") || given.has("error_code")) return { refused: given.get("error_code") ?? "link_failed" };
  return given.has("message") ? "half-confirmed" : null;
}

function replaceAddress(address: string) {
  window.history.replaceState(window.history.state, "", address);
}
