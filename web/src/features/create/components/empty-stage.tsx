import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";

import type { Preset } from "../types";

interface FirstStepsProps {
  preset: Preset;
  onSample: (() => void) | null;
  onDescribe: () => void;
}

/** The stage before the first generation. */
export function FirstSteps({ preset, onSample, onDescribe }: FirstStepsProps) {
  return (
    <div className="grid grow place-content-center max-desk:hidden">
      <EmptyState
        picture={preset.picture}
        sentence="Nothing here yet. Your first render starts with a photo or a sentence."
        action={
          onSample ? (
            <Button onClick={onSample}>Start with a sample photo</Button>
          ) : (
            <Button onClick={onDescribe}>Write a sentence</Button>
          )
        }
      />
    </div>
  );
}

/** The generations could not be loaded. */
export function StageUnreachable({ message, onRetry }: { message: string; onRetry: () => void }) {
  return (
    <div className="grid grow place-content-center">
      <Notice tone="danger" live>
        <p>{message}</p>
        <div className="-ml-2.5 pt-1">
          <Button variant="ghost" size="sm" onClick={onRetry}>
            Try again
          </Button>
        </div>
      </Notice>
    </div>
  );
}
