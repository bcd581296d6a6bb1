/** Prompts of one person on this device, newest first. */
const key = (userId: string) => `maquette.prompts.${userId}`;

/** Enough to find last week's wording again, few enough to read through. */
const KEPT = 20;

export function loadPrompts(userId: string): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(key(userId)) ?? "[]");
    return Array.isArray(stored) ? stored.filter((prompt) => typeof prompt === "string").slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

/** Puts `prompt` on top; said before, it moves there. */
export function rememberPrompt(userId: string, prompt: string) {
  const words = prompt.trim();
  if (words === "") return;
  const prompts = [words, ...loadPrompts(userId).filter((earlier) => earlier !== words)].slice(0, KEPT);
  try {
    localStorage.setItem(key(userId), JSON.stringify(prompts));
  } catch {
    // Storage is full or forbidden: the history ends here.
  }
}
