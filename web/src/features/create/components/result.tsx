import { TextSkeleton } from "@/components/ui/skeleton";

import type { Runs } from "../hooks/use-runs";
import type { Config } from "../types";
import { StageUnreachable } from "./empty-stage";
import { RecentStrip } from "./recent-strip";
import { ResultStage } from "./result-stage";

interface ResultProps extends Omit<Parameters<typeof ResultStage>[0], "generation" | "preset"> {
  runs: Runs;
  presets: Config["presets"];
  /** What shows while nothing was ever made. */
  firstSteps: React.ReactNode;
}

/** What was made, what is being made, and what was made before. */
export function Result({ runs, presets, firstSteps, ...stage }: ResultProps) {
  const { list, rows, shown, select } = runs;
  const failure = list.error ?? shown.error;
  if (shown.data) {
    return (
      <>
        <ResultStage
          // Another generation is another stage: nothing that was open stays open over it.
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
  if (failure) return <StageUnreachable message={failure.message} onRetry={() => void (list.error ? list : shown).refetch()} />;
  if (list.isPending || shown.isLoading) return <TextSkeleton className="mt-4 w-64" />;
  return firstSteps;
}
