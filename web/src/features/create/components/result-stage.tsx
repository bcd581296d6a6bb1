import { useState } from "react";

import { savePicture } from "@/api/downloads";
import { toast } from "@/components/ui/toast-store";

import { useChooseCover } from "../api/change-render";
import { settingsText } from "../messages";
import type { Generation, Preset, Variant } from "../types";
import { RunBar } from "./run-bar";
import { RunFacts } from "./run-facts";
import { RunViewer } from "./run-viewer";
import { VariantGrid } from "./variant-grid";

interface ResultStageProps {
  generation: Generation;
  preset: Preset | undefined;
  status: string;
  onCancel: () => void;
  onRetry: () => void;
  onEditPrompt: () => void;
  onUseSettings: () => void;
  onUseAsInput: (variant: Variant) => void;
}

/** One generation: its progress, its variants, and the actions for them. */
export function ResultStage({ generation, preset, status, onCancel, ...handlers }: ResultStageProps) {
  const [openAt, setOpenAt] = useState<number | null>(null);
  const { mutate: chooseCover } = useChooseCover(generation.id);
  const { render } = generation;

  const download = async (variant: Variant) => {
    if (!render) return;
    try {
      await savePicture(render.id, variant.id);
    } catch (error) {
      toast(`The download failed. ${(error as Error).message}`, { tone: "danger" });
    }
  };
  const copySettings = async () => {
    try {
      await navigator.clipboard.writeText(settingsText(generation, preset));
      toast("Settings copied");
    } catch {
      toast("This browser does not let us copy. Select the text instead.", { tone: "danger" });
    }
  };
  const useAsInput = (variant: Variant) => {
    setOpenAt(null);
    handlers.onUseAsInput(variant);
  };
  return (
    <>
      <RunBar generation={generation} status={status} onCancel={onCancel} />
      <VariantGrid
        generation={generation}
        preset={preset}
        onOpen={setOpenAt}
        onUseAsInput={useAsInput}
        onDownload={(variant) => void download(variant)}
        onRetry={handlers.onRetry}
        onEditPrompt={handlers.onEditPrompt}
      />
      <RunFacts
        generation={generation}
        preset={preset}
        onUseSettings={handlers.onUseSettings}
        onCopySettings={() => void copySettings()}
      />
      {render && openAt !== null && (
        <RunViewer
          generation={generation}
          render={render}
          index={openAt}
          onIndexChange={setOpenAt}
          onUseAsInput={useAsInput}
          onDownload={(variant) => void download(variant)}
          onCopySettings={() => void copySettings()}
          onChooseCover={({ id }) => {
            chooseCover(
              { renderId: render.id, variantId: id },
              { onError: (error) => toast(`The cover stays. ${error.message}`, { tone: "danger" }) },
            );
          }}
          onClose={() => setOpenAt(null)}
        />
      )}
    </>
  );
}
