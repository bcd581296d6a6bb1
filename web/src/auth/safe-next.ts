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
