import type { AuthChangeEvent, AuthClient, Session as AuthSession } from "@supabase/auth-js";
import { useSyncExternalStore } from "react";

import { keptSession, STORAGE_KEY } from "./kept-session";

/** The Auth part of supabase-js, by itself: data goes through our API only. */
export type Auth = InstanceType<typeof AuthClient>;

export interface User {
  id: string;
  email: string;
}

/**
 * Who sits in front of the screen. "ended" means that the session stopped by itself, "left" that the person signed out,
 * "none" that there was no session to begin with.
 */
export type Session = { status: "signed-in"; user: User } | { status: "signed-out"; reason: "none" | "left" | "ended" };

export interface Token {
  value: string;
  userId: string;
}

interface StartOptions {
  url: string;
  publishableKey: string;
  /** The person changed: forget what belongs to the one before. Runs before anybody sees the new session. */
  onPersonChange: () => void;
  /** A link of a password mail brought the person here. */
  onRecovery: () => void;
}

/** By then the first page is there, on a slow phone too; Auth looks at the token twice a minute. */
const CONNECT_AFTER_MS = 2000;
/** What Auth's redirects leave in the address: a code, a token, or why there is none. */
const LINK = /[?#&](code|access_token|error|error_code|error_description)=/;

/** A link of a mail that did not work (used, expired); shown once by the sign-in page. */
let linkError: string | null = null;
let options: StartOptions | undefined;
let connection: Promise<Auth> | undefined;
let session: Session = { status: "signed-out", reason: "none" };
let leaving = false;
const listeners = new Set<() => void>();

/**
 * Finds out who is signed in. Call once, before the first page. What Auth left in the browser tells, if it still holds:
 * the code of Auth, a tenth of the app, comes after the page.
 */
export async function startSession(given: StartOptions): Promise<void> {
  options = given;
  const kept = keptSession();
  if (LINK.test(window.location.href) || kept === "unsure") await getAuth();
  else {
    session = sessionOf("INITIAL_SESSION", kept);
    // To renew the token in time, and to hear of other tabs. Where its code does not come, who needs it asks again.
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
  });
  const { error } = await auth.initialize();
  linkError = error ? (error.code ?? "link_failed") : null;

  const change = (event: AuthChangeEvent, next: AuthSession | null) => {
    const before = session;
    session = sessionOf(event, next);
    if (userId(before) !== userId(session)) onPersonChange();
    if (event === "PASSWORD_RECOVERY") onRecovery();
    if (before.status !== session.status || userId(before) !== userId(session) || event === "USER_UPDATED") publish();
  };
  const { data } = await auth.getSession();
  if (session.status === "signed-in") change("INITIAL_SESSION", data.session);
  else if (data.session) {
    session = sessionOf("INITIAL_SESSION", data.session);
    publish();
  }
  // Fires for other tabs too, and when the session ends by itself.
  auth.onAuthStateChange(change);
  return auth;
}

export function getSession(): Session {
  return session;
}

export function useSession(): Session {
  return useSyncExternalStore(subscribe, getSession);
}

/** The person on pages that only signed-in people reach. */
export function useUser(): User {
  const current = useSession();
  if (current.status !== "signed-in") throw new Error("useUser() on a page that is open to everybody");
  return current.user;
}

/** Who is signed in; null for a visitor. */
export function personId(): string | null {
  return userId(session);
}

export function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
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
  // Another tab signed in or out: before Auth has told this one, nothing is asked in the name of somebody else.
  if (kept !== "unsure" && (kept?.user.id ?? null) === personId()) return tokenOf(kept);
  return tokenOf((await (await getAuth()).getSession()).data.session);
}

/** A new token after the API refused the last one. Null when there is none; a session that is over ends here. */
export async function renewToken(): Promise<Token | null> {
  const auth = await getAuth();
  const { data, error } = await auth.refreshSession();
  // 409: another tab was faster, and its session is the one to use. 429 and 5xx say nothing about the session.
  if (error?.status === 409) return currentToken();
  // Auth keeps a session whose token looks valid until it expires, but the API has just refused that token.
  if (error?.status && error.status < 500 && error.status !== 429) await auth.signOut({ scope: "local" });
  return tokenOf(data.session);
}

/** Whether the page was opened by a link that did not work and nobody was told yet. */
export function hasLinkError(): boolean {
  return linkError !== null;
}

/** Why the link that opened the page did not work; answers once. */
export function takeLinkError(): string | null {
  const code = linkError;
  linkError = null;
  return code;
}

function sessionOf(event: AuthChangeEvent, next: AuthSession | null): Session {
  if (next) return { status: "signed-in", user: { id: next.user.id, email: next.user.email ?? "" } };
  if (session.status === "signed-out") return session;
  return { status: "signed-out", reason: event === "SIGNED_OUT" && leaving ? "left" : "ended" };
}

function tokenOf(next: AuthSession | null): Token | null {
  return next && { value: next.access_token, userId: next.user.id };
}

function userId(of: Session): string | null {
  return of.status === "signed-in" ? of.user.id : null;
}

function publish() {
  for (const listener of listeners) listener();
}
