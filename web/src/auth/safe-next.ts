/** The page after signing in. */
export const HOME = "/dashboard/create";

/**
 * The path to return to after signing in, from the address's `next`. Only paths of our own origin are accepted:
 * `//evil`, `/\evil`, `javascript:` and everything else that a browser would resolve to another origin becomes HOME.
 */
export function safeNext(next: unknown): string {
  if (typeof next !== "string" || !next.startsWith("/")) return HOME;
  let url: URL;
  try {
    url = new URL(next, window.location.origin);
  } catch {
    return HOME;
  }
  // "/.//evil" has our origin when parsed, but its normalised path "//evil" has not.
  if (url.origin !== window.location.origin || url.pathname.startsWith("//")) return HOME;
  return url.pathname + url.search + url.hash;
}

/**
 * The address to which the link of a mail leads: `path` of this site, with the `next` of the current address, so that
 * the link returns to where the person wanted to go.
 */
export function pageAfterMail(path: "/sign-in" | "/reset-password"): string {
  const page = new URL(path, window.location.origin);
  const next = new URLSearchParams(window.location.search).get("next");
  if (next) page.searchParams.set("next", next);
  return page.href;
}
