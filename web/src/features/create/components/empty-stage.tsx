import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";

import type { Preset, SamplePhoto } from "../types";

interface FirstStepsProps {
  preset: Preset;
  /** null where the preset takes no photo. */
  sample: SamplePhoto | null;
  onSample: (sample: SamplePhoto) => void;
  onEditPrompt: () => void;
}

/** The stage before the first generation. */
export function FirstSteps({ preset, sample, onSample, onEditPrompt }: FirstStepsProps) {
  return (
    <div className="grid grow place-content-center max-desk:hidden">
      <EmptyState
        picture={preset.picture}
        sentence="Nothing here yet. Your first render starts with a photo or a sentence."
        action={
          sample ? (
            <Button onClick={() => onSample(sample)}>Start with a sample photo</Button>
          ) : (
            <Button onClick={onEditPrompt}>Write a sentence</Button>
          )
        }
      />
    </div>
  );
}
