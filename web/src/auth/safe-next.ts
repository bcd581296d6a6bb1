/** Where people land after signing in. */
export const HOME = "/dashboard/create";

/**
 * The path to return to after signing in, from the `next` of the address. Only a path of our own origin is followed:
 * `//evil`, `/\evil`, `javascript:` and everything else that a browser would resolve elsewhere becomes HOME.
 */
export function safeNext(next: unknown): string {
  if (typeof next !== "string" || !next.startsWith("/")) return HOME;
  let url: URL;
  try {
    url = new URL(next, window.location.origin);
  } catch {
    return HOME;
  }
  // "/.//evil" is ours while it is parsed, but its normalised path "//evil" would not be.
  if (url.origin !== window.location.origin || url.pathname.startsWith("//")) return HOME;
  return url.pathname + url.search + url.hash;
}
