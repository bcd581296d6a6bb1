import { useGeneration, useRunning } from "@/api/generations";

/**
 * The generations of a person: the running one, the earlier ones, and the one that is shown: `selectedId` is chosen by
 * the person or started here; without it, the running one, or else the latest. The shell says how a generation ends.
 */
export function useRuns(selectedId: string | null) {
  const { list, rows, listed, watched, running } = useRunning();
  const shownId = selectedId ?? listed?.id ?? rows[0]?.id ?? null;
  const shown = useGeneration(shownId, { generation: rows.find(({ id }) => id === shownId), at: list.dataUpdatedAt });
  return { list, rows, watched, running, shown };
}

export type Runs = ReturnType<typeof useRuns>;
