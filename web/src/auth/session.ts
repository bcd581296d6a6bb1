import type { AuthChangeEvent, AuthClient, Session as AuthSession } from "@supabase/auth-js";

import { createStore } from "@/lib/store";

import { keptSession, STORAGE_KEY } from "./kept-session";
import { fetchByOwnClock } from "./local-clock";
import { takeLink, type LinkNews } from "./mailed-link";

/** Only the Auth part of supabase-js: data goes through our API. */
export type Auth = InstanceType<typeof AuthClient>;

export interface User {
  id: string;
  email: string;
  /** The address that the person asked for, until it is confirmed. */
  newEmail: string | null;
}

/**
 * The person at this browser, or why there is none: "ended" means that the session ended by itself, "left" that the
 * person signed out, "none" that there was no session at the start.
 */
export type Session = { status: "signed-in"; user: User } | { status: "signed-out"; reason: "none" | "left" | "ended" };

export interface Token {
  value: string;
  userId: string;
}

interface StartOptions {
  url: string;
  publishableKey: string;
  /**
   * Another person is signed in, or nobody: remove the data of the person before. Runs before the new session is shown.
   */
  onPersonChange: () => void;
  /** The person came by the link in a password mail. */
  onRecovery: () => void;
}

/** By then the first page is shown, on a slow phone too. Auth checks the token twice a minute. */
const CONNECT_AFTER_MS = 2000;

/** News of the mailed link that opened the page; told once. */
let linkNews: LinkNews | null = null;
let options: StartOptions | undefined;
let connection: Promise<Auth> | undefined;
let leaving = false;
const session = createStore<Session>(() => ({ status: "signed-out", reason: "none" }));

/**
 * Finds out who is signed in. Call it once, before the first page. If the session in the browser's storage is still
 * valid, it is enough: the code of Auth, a tenth of the app, is loaded after the page.
 */
export async function startSession(given: StartOptions): Promise<void> {
  options = given;
  const kept = keptSession();
  const link = takeLink();
  linkNews = link.news;
  if (link.hasSession || kept === "unsure") await getAuth();
  else {
    session.set(sessionOf("INITIAL_SESSION", kept));
    // Needed to renew the token in time, and to notice other tabs. If loading fails, the next call of auth() tries
    // again.
    setTimeout(() => void getAuth().catch(() => undefined), CONNECT_AFTER_MS);
  }
}

/** Supabase Auth, connected at its first use. Throws when its code cannot be fetched. */
export function getAuth(): Promise<Auth> {
  connection ??= connect().catch((error: unknown) => {
    connection = undefined;
    throw error;
  });
  return connection;
}

async function connect(): Promise<Auth> {
  if (!options) throw new Error("startSession() has not run");
  const { url, publishableKey, onPersonChange, onRecovery } = options;
  const { AuthClient } = await import("@supabase/auth-js");
  const auth = new AuthClient({
    url: new URL("auth/v1", `${url}/`).href,
    headers: { apikey: publishableKey, Authorization: `Bearer ${publishableKey}` },
    storageKey: STORAGE_KEY,
    fetch: fetchByOwnClock,
  });
  const { error } = await auth.initialize();
  // The link's session had ended already.
  if (error) linkNews = { refused: error.code ?? "link_failed" };

  const change = (event: AuthChangeEvent, kept: AuthSession | null) => {
    const before = session.get();
    const next = sessionOf(event, kept);
    const isOther = userId(before) !== userId(next);
    if (isOther) onPersonChange();
    if (event === "PASSWORD_RECOVERY") onRecovery();
    if (!isSame(before, next)) session.set(next);
  };
  const { data } = await auth.getSession();
  if (session.get().status === "signed-in") change("INITIAL_SESSION", data.session);
  else if (data.session) session.set(sessionOf("INITIAL_SESSION", data.session));
  // Also fires for other tabs, and when the session ends by itself.
  auth.onAuthStateChange(change);
  return auth;
}

export const getSession = session.get;
export const useSession = session.use;
export const subscribe = session.subscribe;

/** The person on pages that only signed-in people reach. */
export function useUser(): User {
  const current = useSession();
  if (current.status !== "signed-in") throw new Error("useUser() on a page that is open to everybody");
  return current.user;
}

/** Who is signed in; null for a visitor. */
export function personId(): string | null {
  return userId(session.get());
}

/** Ends the session on this device and in its other tabs. Works offline. */
export async function signOut(): Promise<void> {
  leaving = true;
  try {
    await (await getAuth()).signOut({ scope: "local" });
  } finally {
    leaving = false;
  }
}

/** The token to send, renewed when it is about to expire; null for a visitor. */
export async function currentToken(): Promise<Token | null> {
  if (!options) return null;
  const kept = connection ? "unsure" : keptSession();
  // Another tab signed in or out: send no requests with its token before Auth has reported it to this tab.
  if (kept !== "unsure" && (kept?.user.id ?? null) === personId()) return tokenOf(kept);
  return tokenOf((await (await getAuth()).getSession()).data.session);
}

/** A new token after the API refused the last one. If there is none, the session ends here and the answer is null. */
export async function renewToken(): Promise<Token | null> {
  const auth = await getAuth();
  const { data, error } = await auth.refreshSession();
  // 409: another tab renewed it first, and its session is the one to use. 429 and 5xx do not mean that the session
  // ended.
  if (error?.status === 409) return currentToken();
  // Auth keeps a session whose token looks valid until it expires, but the API has just refused that token.
  if (error?.status && error.status < 500 && error.status !== 429) await auth.signOut({ scope: "local" });
  return tokenOf(data.session);
}

/** Whether the page was opened by a mailed link with news that were not told yet. */
export function hasLinkNews(): boolean {
  return linkNews !== null;
}

/** News of the mailed link that opened the page; given only once. */
export function takeLinkNews(): LinkNews | null {
  const news = linkNews;
  linkNews = null;
  return news;
}

function sessionOf(event: AuthChangeEvent, next: AuthSession | null): Session {
  if (next) {
    const { id, email = "", new_email: newEmail = null } = next.user;
    return { status: "signed-in", user: { id, email, newEmail } };
  }
  const before = session.get();
  if (before.status === "signed-out") return before;
  return { status: "signed-out", reason: event === "SIGNED_OUT" && leaving ? "left" : "ended" };
}

function tokenOf(next: AuthSession | null): Token | null {
  return next && { value: next.access_token, userId: next.user.id };
}

function isSame(a: Session, b: Session): boolean {
  if (a.status === "signed-out" || b.status === "signed-out") return a.status === b.status;
  return a.user.id === b.user.id && a.user.email === b.user.email && a.user.newEmail === b.user.newEmail;
}

function userId(of: Session): string | null {
  return of.status === "signed-in" ? of.user.id : null;
}
