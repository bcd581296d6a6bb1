import { useState } from "react";

import { useGeneration, useRunning } from "@/api/generations";

/**
 * The generations of a person: the running one, the earlier ones, and the one that is shown. The shell says how a
 * generation ends.
 */
export function useRuns() {
  const { list, rows, listed, watched, running } = useRunning();
  // Chosen by the person or started here; otherwise the running one, otherwise the latest.
  const [selectedId, select] = useState<string | null>(null);

  const shownId = selectedId ?? listed?.id ?? rows[0]?.id ?? null;
  const shown = useGeneration(shownId, { generation: rows.find(({ id }) => id === shownId), at: list.dataUpdatedAt });

  return { list, rows, watched, running, shown, chosen: selectedId !== null, select };
}

export type Runs = ReturnType<typeof useRuns>;
