import { ownKey } from "@/lib/own-storage";
import { readStored } from "@/lib/untrusted";

/** Enough to find a prompt of last week, few enough to look through. */
const KEPT = 20;

/** Prompts of one person on this device, newest first. */
export function loadPrompts(userId: string): string[] {
  const stored = readStored(ownKey("prompts", userId));
  return Array.isArray(stored) ? stored.filter((prompt) => typeof prompt === "string").slice(0, KEPT) : [];
}

/** Adds `prompt` at the top; a prompt that is in the list already is moved there. */
export function rememberPrompt(userId: string, prompt: string) {
  const words = prompt.trim();
  if (words === "") return;
  const prompts = [words, ...loadPrompts(userId).filter((earlier) => earlier !== words)].slice(0, KEPT);
  try {
    localStorage.setItem(ownKey("prompts", userId), JSON.stringify(prompts));
  } catch {
    // Storage is full or forbidden: no history.
  }
}
