import { useState } from "react";

import { useEnd, useGeneration, useRunning } from "@/api/generations";

/** The generations of a person: what runs, what was made, and which one is looked at. The shell tells how a run ends. */
export function useRuns() {
  const { list, rows, listed, watched, running } = useRunning();
  // Chosen by the person, or started here; otherwise what runs, otherwise the latest.
  const [selectedId, select] = useState<string | null>(null);

  const shownId = selectedId ?? listed?.id ?? rows[0]?.id ?? null;
  const shown = useGeneration(shownId, { generation: rows.find(({ id }) => id === shownId), at: list.dataUpdatedAt });
  // An expired run gets its last word later.
  useEnd(shown.data);

  return { list, rows, watched, running, shown, chosen: selectedId !== null, select };
}

export type Runs = ReturnType<typeof useRuns>;
