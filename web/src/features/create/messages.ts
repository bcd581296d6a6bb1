import { ApiError } from "@/api/errors";
import { activeSettings, settingWords } from "@/api/preset-settings";
import { NO_FREE_CREDITS, usedElsewhere } from "@/api/usage";
import { dayAndMonth } from "@/lib/dates";
import { grouped } from "@/lib/numbers";
import { credits } from "@/lib/words";

import type { Generation, Preset, Usage } from "./types";

/** The API's refusal of a submit as a sentence, with the field if it names one. */
export function submitErrorMessage(error: Error): string {
  return (error instanceof ApiError ? fieldMessage(error.details) : null) ?? error.message;
}

function fieldMessage(details: unknown): string | null {
  const { fields } = (details ?? {}) as { fields?: { message?: unknown }[] };
  const message = fields?.[0]?.message;
  return typeof message === "string" && message !== "" ? message : null;
}

/** Why the credits of this period are not enough, and when they renew. */
export function capSentence(usage: Usage): string {
  const { limit, remaining, resets_at: resetsAt, disposable_mailbox: disposable } = usage;
  if (disposable) return NO_FREE_CREDITS;
  const renewal = [`They renew on ${dayAndMonth(resetsAt)}.`, usedElsewhere(usage)].filter(Boolean).join(" ");
  return remaining <= 0
    ? `You have used all ${limit} credits. ${renewal}`
    : `You have ${credits(remaining)} left of ${grouped(limit)}. ${renewal}`;
}

/** A generation as lines of text, to paste elsewhere. */
export function settingsText(generation: Generation, preset: Preset | undefined): string {
  const settings = preset ? activeSettings(preset, generation.input !== null) : [];
  return [
    `Preset: ${preset?.name ?? generation.preset_id}`,
    generation.prompt && `Prompt: ${generation.prompt}`,
    ...settings.map((setting) => `${setting.label}: ${settingWords(setting, generation.settings[setting.id])}`),
    `Variants: ${generation.variants}`,
    `Seed: ${generation.seed}`,
  ]
    .filter(Boolean)
    .join("\n");
}
