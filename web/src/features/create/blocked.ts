import { duration } from "@/api/run-state";

import { activeInput, promptLength, type Draft } from "./draft";
import type { Generation, Limits, Preset } from "./types";

interface Situation {
  draft: Draft;
  preset: Preset;
  limits: Limits;
  running: Generation | null;
  secondsLeft: number | null;
  photo: "idle" | "sending" | "failed";
  /** The photo of the draft was deleted. */
  photoGone: boolean;
  online: boolean;
  /** Why no new render may start today; null when it may. */
  stopped: string | null;
  /** Operators blocked the account. */
  accountBlocked: boolean;
}

/** Why nothing can be generated at present, as a sentence that says what to do; null when it can. */
export function blockedBecause(situation: Situation): string | null {
  const { draft, preset, limits, running, secondsLeft, photo, photoGone, online, stopped, accountBlocked } = situation;
  if (accountBlocked) return "Your account is blocked: nothing new can be made.";
  if (!online) return "You are offline. Your draft is kept on this device.";
  if (running) {
    if (running.cancel_requested) return "One render runs at a time. This one is being canceled.";
    return secondsLeft === null
      ? "One render runs at a time. Change settings now and generate when this one is done."
      : `One render runs at a time. This one needs about ${duration(secondsLeft)}.`;
  }
  if (stopped !== null) return stopped;
  if (preset.photo !== "none") {
    if (photo === "sending") return "Your photo is still on its way.";
    if (photoGone) return "This photo was deleted. Choose another one.";
    if (preset.photo === "required" && !activeInput(draft, preset))
      return `${preset.name} needs a photo to start from.`;
  }
  if (draft.prompt.trim() === "" && !activeInput(draft, preset)) {
    return preset.photo === "none"
      ? "Describe the picture in a few words first."
      : "Describe the picture in a few words, or add a photo.";
  }
  const over = promptLength(draft.prompt) - limits.prompt_characters;
  if (over > 0) return `The description is ${over} ${over === 1 ? "character" : "characters"} too long.`;
  return null;
}
