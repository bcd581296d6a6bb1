import { memo } from "react";

import { Button } from "@/components/ui/button";

import type { Preset } from "../types";

interface PresetSummaryProps {
  preset: Preset;
  family: string;
  onChange: () => void;
}

/** The chosen preset, and a button to choose another. */
export const PresetSummary = memo(function PresetSummary({ preset, family, onChange }: PresetSummaryProps) {
  return (
    <div className="flex items-center gap-3 rounded-md border border-line p-1.5 pr-2.5">
      <img
        src={preset.picture}
        alt=""
        width={72}
        height={54}
        className="h-[54px] w-18 rounded-pic bg-stage object-cover"
      />
      <div className="min-w-0 grow">
        <p className="text-12 text-ink-2">{family}</p>
        <p className="truncate text-15 font-semibold">{preset.name}</p>
      </div>
      <Button size="sm" onClick={onChange} aria-label="Change preset">
        Change
      </Button>
    </div>
  );
});
