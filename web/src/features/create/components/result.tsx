import { TextSkeleton } from "@/components/ui/skeleton";

import type { Runs } from "../hooks/use-runs";
import type { Config } from "../types";
import { StageUnreachable } from "./empty-stage";
import { RecentStrip } from "./recent-strip";
import { ResultStage } from "./result-stage";

interface ResultProps extends Omit<Parameters<typeof ResultStage>[0], "generation" | "preset"> {
  runs: Runs;
  presets: Config["presets"];
  /** Shown before the first generation. */
  firstSteps: React.ReactNode;
}

/** The chosen generation, its progress, and the earlier ones. */
export function Result({ runs, presets, firstSteps, ...stage }: ResultProps) {
  const { list, rows, shown, select } = runs;
  const failure = list.error ?? shown.error;
  if (shown.data) {
    return (
      <>
        <ResultStage
          // A new key for each generation: what is open over the stage closes.
          key={shown.data.id}
          generation={shown.data}
          preset={presets.find(({ id }) => id === shown.data.preset_id)}
          {...stage}
        />
        <RecentStrip
          generations={rows}
          presets={presets}
          shownId={shown.data.id}
          onSelect={select}
          onMore={list.hasNextPage ? () => void list.fetchNextPage() : null}
          loadingMore={list.isFetchingNextPage}
        />
      </>
    );
  }
  if (failure)
    return <StageUnreachable message={failure.message} onRetry={() => void (list.error ? list : shown).refetch()} />;
  if (list.isPending || shown.isLoading) return <TextSkeleton className="mt-4 w-64" />;
  return firstSteps;
}
