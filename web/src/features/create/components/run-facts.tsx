import { activeSettings, settingWords } from "@/api/preset-settings";
import { isInFlight } from "@/api/run-state";
import { Button } from "@/components/ui/button";

import type { Generation, Preset } from "../types";

interface RunFactsProps {
  generation: Generation;
  preset: Preset | undefined;
  onUseSettings: () => void;
  onCopySettings: () => void;
}

/** The preset and the settings of a generation. */
export function RunFacts({ generation, preset, onUseSettings, onCopySettings }: RunFactsProps) {
  const settings = preset ? activeSettings(preset, generation.input !== null) : [];
  return (
    <div className="flex flex-wrap items-center gap-x-4.5 gap-y-1 text-12 text-ink-2">
      <dl className="flex flex-wrap gap-x-4.5 gap-y-1">
        {preset && <Fact name="Preset" value={preset.name} />}
        {settings.map((setting) => (
          <Fact key={setting.id} name={setting.label} value={settingWords(setting, generation.settings[setting.id])} />
        ))}
        {preset?.supports_seed && <Fact name="Seed" value={String(generation.seed)} numeric />}
      </dl>
      {isInFlight(generation) ? (
        <p className="desk:ml-auto">You can leave this page. It will be under Recent.</p>
      ) : (
        <div className="flex max-desk:-ml-2.5 desk:-mr-2.5 desk:ml-auto">
          <Button variant="ghost" size="sm" onClick={onUseSettings}>
            Use settings
          </Button>
          <Button variant="ghost" size="sm" onClick={onCopySettings}>
            Copy settings
          </Button>
        </div>
      )}
    </div>
  );
}

function Fact({ name, value, numeric = false }: { name: string; value: string; numeric?: boolean }) {
  return (
    <div className="flex gap-1.5">
      <dt>{name}</dt>
      <dd className={numeric ? "num font-medium text-ink" : "font-medium text-ink"}>{value}</dd>
    </div>
  );
}
