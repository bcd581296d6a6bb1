import { pollAfter } from "@/api/generations";
import { statusLine } from "@/api/run-state";
import { useOnline } from "@/lib/use-online";

import { useAnnouncement } from "./use-announcement";
import type { Runs } from "./use-runs";
import { useSecondsLeft } from "./use-seconds-left";

/** The progress of the running generation: a line of text, the seconds in it, and what screen readers announce. */
export function useRunStatus({ list, watched, running }: Runs) {
  const online = useOnline();
  const secondsLeft = useSecondsLeft(running, watched.isPlaceholderData ? list.dataUpdatedAt : watched.dataUpdatedAt);
  const announced = useAnnouncement(watched.data ?? null, secondsLeft);

  let status = running ? statusLine(running, secondsLeft) : "";
  if (running && !online) status = "You are offline. Your render continues.";
  else if (running && watched.error) {
    const wait = pollAfter({ ...watched, data: running }, false);
    status = `We cannot reach your renders right now. Trying again in ${Math.round(Number(wait) / 1000)} s.`;
  }
  return { status, secondsLeft, announced };
}
