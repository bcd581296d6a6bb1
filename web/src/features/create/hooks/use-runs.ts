import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { useGeneration } from "../api/get-generation";
import { refreshRuns, useGenerations } from "../api/list-generations";
import { isInFlight } from "../run-state";
import type { Generation } from "../types";

/** The generations of a person: what runs, what was made, and which one is looked at. */
export function useRuns(onEnd: (generation: Generation) => void) {
  const list = useGenerations();
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  // Chosen by the person, or started here; otherwise what runs, otherwise the latest.
  const [selectedId, select] = useState<string | null>(null);

  const listedRunning = rows.find(isInFlight);
  const watched = useGeneration(listedRunning?.id ?? null, listedRunning);
  const running = watched.data && isInFlight(watched.data) ? watched.data : null;
  useEnd(watched.data, onEnd);

  const shownId = selectedId ?? listedRunning?.id ?? rows[0]?.id ?? null;
  const shown = useGeneration(
    shownId,
    rows.find(({ id }) => id === shownId),
  );
  // An expired run gets its last word later.
  useEnd(shown.data, null);

  return { list, rows, watched, running, shown, chosen: selectedId !== null, select };
}

export type Runs = ReturnType<typeof useRuns>;

/** Refreshes the list and the credits when a generation that could change has changed for good. */
function useEnd(generation: Generation | undefined, onEnd: ((generation: Generation) => void) | null) {
  const client = useQueryClient();
  const before = useRef<Generation>(undefined);
  const tell = useRef(onEnd);
  useEffect(() => {
    tell.current = onEnd;
  });
  useEffect(() => {
    const last = before.current;
    before.current = generation;
    if (!generation || last?.id !== generation.id || last.status === generation.status || isInFlight(generation)) return;
    refreshRuns(client);
    tell.current?.(generation);
  }, [client, generation]);
}
