import type { Session } from "@supabase/auth-js";

/** The storage key where auth-js keeps the session; public/theme.js checks whether it exists. */
export const STORAGE_KEY = "maquette.session";
/** Auth renews a token this long before it expires: EXPIRY_MARGIN_MS of auth-js. */
const EXPIRY_MARGIN_MS = 90_000;

/**
 * The session in the browser's storage. "unsure" when the token has expired or soon will: then Auth must renew it
 * first.
 */
export function keptSession(): Session | null | "unsure" {
  try {
    const kept = window.localStorage.getItem(STORAGE_KEY);
    if (kept === null) return null;
    const session = JSON.parse(kept) as Partial<Session>;
    const { access_token, expires_at = 0, user } = session;
    const holds = access_token !== undefined && user !== undefined && expires_at * 1000 - Date.now() > EXPIRY_MARGIN_MS;
    return holds ? (session as Session) : "unsure";
  } catch {
    return "unsure";
  }
}
