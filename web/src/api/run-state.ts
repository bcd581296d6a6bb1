import { credits } from "@/lib/words";

import type { components } from "./schema";

export type Generation = components["schemas"]["GenerationView"];

/** The generation is in flight: no other can start. */
export function isInFlight({ status }: Generation): boolean {
  return status === "queued" || status === "processing";
}

/** It will not change any more. An expired generation still waits for the provider's answer, and for its refund. */
export function isSettled(generation: Generation): boolean {
  return !isInFlight(generation) && generation.status !== "expired";
}

/** It made nothing, and another try may work. What the safety check blocked would be blocked again. */
export function isRetryable({ status, error }: Generation): boolean {
  return (status === "failed" || status === "canceled" || status === "expired") && error?.code !== "safety_blocked";
}

/**
 * Percent of one variant (0 for the first). The provider reports the progress of the whole prediction and how many
 * outputs are ready; the rest is shared evenly among those in progress.
 */
export function variantPercent({ progress, ready, variants }: Generation, index: number): number {
  if (index < ready) return 100;
  const rest = (progress * variants - ready * 100) / (variants - ready);
  return Math.round(Math.min(99, Math.max(0, rest)));
}

/** "45 s", "1 min 20 s", "12 min": no seconds from ten minutes on. */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  const rest = whole % 60;
  return minutes >= 10 || rest === 0 ? `${minutes} min` : `${minutes} min ${rest} s`;
}

/** The progress of a generation in one line: "2 of 4 ready, about 12 s left". `secondsLeft` is null while unknown. */
export function statusLine(generation: Generation, secondsLeft: number | null): string {
  if (generation.cancel_requested) return "Canceling";
  const { variants, ready } = generation;
  if (ready >= variants) return `${ready} of ${variants} ready, saving`;
  const state = generation.status === "queued" ? "Waiting for the model" : `${ready} of ${variants} ready`;
  if (generation.overdue) return `${state}. Longer than usual`;
  return secondsLeft === null ? state : `${state}, about ${duration(secondsLeft)} left`;
}

/** How a generation ended, what it cost and what to do next; null while it is in flight. */
export function outcomeLine(generation: Generation): string | null {
  switch (generation.status) {
    case "succeeded": {
      const { ready, variants, credits: amount, cancel_requested: canceled } = generation;
      if (canceled && ready < variants) {
        const back = credits((amount / variants) * (variants - ready));
        return `Canceled with ${ready} of ${variants} variants ready. You keep and pay ${ready === 1 ? "it" : "them"}, ${back} came back.`;
      }
      const made = generation.render?.variants.length ?? 0;
      return made === 1 ? "1 variant ready" : `${made} variants ready`;
    }
    case "failed":
    case "expired":
    case "canceled":
      return refusalLine(generation);
    default:
      return null;
  }
}

function refusalLine({ error, refunded, credits: amount }: Generation): string {
  const back = `Your ${credits(amount)} ${amount === 1 ? "is" : "are"} back.`;
  // The provider has not confirmed the end yet: show the API's own sentence.
  if (!error || !refunded) return error?.message ?? `Canceled. ${back}`;
  switch (error.code) {
    case "provider_error":
    case "provider_failed":
      return `The image provider failed. ${back} Try again.`;
    case "safety_blocked":
      return `Blocked by the provider's safety check. ${back} Change the prompt or photo.`;
    case "outputs_expired":
      return `The pictures expired before we could save them. ${back}`;
    case "timed_out":
      return `This run took too long and was stopped. ${back}`;
    case "canceled":
      return `Canceled. ${back}`;
    default:
      return error.message;
  }
}

/** Screen readers announce a generation at these steps of its progress, not every second. */
const STEP_PERCENT = 25;

export function announcement(generation: Generation, secondsLeft: number | null): string {
  const outcome = outcomeLine(generation);
  if (outcome !== null) return outcome;
  if (generation.cancel_requested) return "Canceling";
  const step = Math.floor(generation.progress / STEP_PERCENT) * STEP_PERCENT;
  if (step === 0) return "Rendering started";
  return `${step} percent${secondsLeft === null ? "" : `, about ${duration(secondsLeft)} left`}`;
}
