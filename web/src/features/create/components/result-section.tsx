import { cx } from "class-variance-authority";
import { memo } from "react";

import { useConfig } from "@/api/config";
import { Deferred } from "@/components/deferred";
import { QueryState } from "@/components/query-state";
import { TextSkeleton } from "@/components/ui/skeleton";

import { useRunStatus } from "../hooks/use-run-status";
import { useRuns } from "../hooks/use-runs";
import type { Generation, Preset, SamplePhoto, Variant } from "../types";
import { FirstSteps } from "./empty-stage";
import { RecentStrip } from "./recent-strip";
import { ResultStage } from "./result-stage";

interface ResultSectionProps {
  /** The preset of the draft. */
  preset: Preset;
  /** To start with, where the preset takes a photo. */
  sample: SamplePhoto | null;
  selectedId: string | null;
  onSelect: (id: string) => void;
  onSample: (sample: SamplePhoto) => void;
  onCancel: () => void;
  onRetry: (generation: Generation) => void;
  onEditPrompt: () => void;
  onUseSettings: (generation: Generation) => void;
  onUseAsInput: (variant: Variant, generation: Generation) => void;
}

/** The chosen generation, its progress, and the earlier ones. It is not drawn again while a person types. */
export const ResultSection = memo(function ResultSection(props: ResultSectionProps) {
  const { presets } = useConfig();
  const runs = useRuns(props.selectedId);
  const { running, shown, list } = runs;
  const { status } = useRunStatus(runs);
  const generation = shown.data;
  const query = {
    // Until the list has answered, nobody knows whether there is one.
    data: generation ?? (list.isPending || shown.isLoading ? undefined : null),
    error: generation ? null : (list.error ?? shown.error),
    refetch: () => (list.error ? list : shown).refetch(),
  };
  return (
    <section
      aria-label="Result"
      className={cx(
        "flex min-h-0 min-w-0 flex-col gap-2.5 px-4 py-3 desk:px-6 desk:pb-4",
        // On a phone, show the running or chosen generation first.
        (running ?? props.selectedId !== null)
          ? "max-desk:order-first max-desk:border-b max-desk:border-line max-desk:bg-surface"
          : "max-desk:pb-44",
      )}
    >
      <Deferred>
        <QueryState query={query} pending={<TextSkeleton className="mt-4 w-64" />}>
          {(chosen) =>
            chosen ? (
              <>
                <ResultStage
                  // A new key for each generation: what is open over the stage closes.
                  key={chosen.id}
                  generation={chosen}
                  preset={presets.find(({ id }) => id === chosen.preset_id)}
                  status={status}
                  onCancel={props.onCancel}
                  onRetry={() => props.onRetry(chosen)}
                  onEditPrompt={props.onEditPrompt}
                  onUseSettings={() => props.onUseSettings(chosen)}
                  onUseAsInput={(variant) => props.onUseAsInput(variant, chosen)}
                />
                <RecentStrip
                  generations={runs.rows}
                  presets={presets}
                  shownId={chosen.id}
                  onSelect={props.onSelect}
                  onMore={list.hasNextPage ? () => void list.fetchNextPage() : null}
                  loadingMore={list.isFetchingNextPage}
                />
              </>
            ) : (
              <FirstSteps {...props} />
            )
          }
        </QueryState>
      </Deferred>
    </section>
  );
});
