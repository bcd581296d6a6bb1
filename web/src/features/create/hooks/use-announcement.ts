import { useState } from "react";

import { announcement } from "@/api/run-state";

import type { Generation } from "../types";

/**
 * What screen readers announce about a generation: a new sentence at every quarter and at the end, not at every answer.
 */
export function useAnnouncement(generation: Generation | null, secondsLeft: number | null): string {
  const step =
    generation &&
    `${generation.id} ${generation.status} ${generation.cancel_requested} ${Math.floor(generation.progress / 25)}`;
  const [announced, setAnnounced] = useState<{ step: string | null; text: string }>({ step: null, text: "" });
  if (generation && step !== announced.step) setAnnounced({ step, text: announcement(generation, secondsLeft) });
  return announced.text;
}
