/** Storage on this device for one person: two people at one browser never see each other's data. */
export function ownKey(what: "draft" | "prompts", userId: string): string {
  return `maquette.${what}.${userId}`;
}

/** Removes all of it, after the account was deleted. */
export function forgetOwn(userId: string) {
  try {
    localStorage.removeItem(ownKey("draft", userId));
    sessionStorage.removeItem(ownKey("draft", userId));
    localStorage.removeItem(ownKey("prompts", userId));
  } catch {
    // Storage is forbidden: nothing was kept.
  }
}
