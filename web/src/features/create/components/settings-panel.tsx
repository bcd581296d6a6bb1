import { cx } from "class-variance-authority";
import type { ReactNode, Ref } from "react";

import { Deferred } from "@/components/deferred";
import { GroupField } from "@/components/ui/field";
import { Segmented } from "@/components/ui/segmented";
import { useStableHandlers } from "@/lib/use-stable-handlers";

import { activeInput, type Draft } from "../draft";
import { activeSettings } from "@/api/preset-settings";
import type { Config, Preset, Setting, SettingValue } from "../types";
import { CollectionField } from "./collection-field";
import { PresetSummary } from "./preset-summary";
import { PromptField } from "./prompt-field";
import { SeedField } from "./seed-field";
import { isMeasure, SettingField } from "./setting-field";

interface SettingsPanelProps {
  userId: string;
  config: Config;
  preset: Preset;
  draft: Draft;
  variants: number;
  planMaximum: number;
  /** The photo field; empty when the preset takes no photo. */
  photo: ReactNode;
  promptRef: Ref<HTMLTextAreaElement>;
  onChange: (changes: Partial<Draft>) => void;
  onChangePreset: () => void;
}

/** Everything that can be chosen before generating, as the preset defines it. */
export function SettingsPanel(props: SettingsPanelProps) {
  const { userId, config, preset, draft, photo, promptRef, onChange, onChangePreset } = props;
  const hasPhoto = activeInput(draft, preset) !== null;
  const handlers = useStableHandlers({
    keepIn: (collectionId: string | null) => onChange({ collectionId }),
    setSeed: (seed: number, seedLocked: boolean) => onChange({ seed, seedLocked }),
    set: (id: string, value: SettingValue) => onChange({ settings: { ...draft.settings, [id]: value } }),
  });
  const settings = activeSettings(preset, hasPhoto);
  const aboutPhoto = settings.filter(({ when }) => when === "with_photo");
  const others = settings.filter(({ when }) => when !== "with_photo");

  const field = (setting: Setting) => (
    <SettingField key={setting.id} setting={setting} value={draft.settings[setting.id]} onChange={handlers.set} />
  );
  return (
    <div className="grid content-start gap-5">
      <PresetSummary
        preset={preset}
        family={config.families.find(({ id }) => id === preset.family)?.name ?? ""}
        onChange={onChangePreset}
      />
      {photo}
      {aboutPhoto.map(field)}
      <PromptField
        ref={promptRef}
        userId={userId}
        value={draft.prompt}
        onChange={(prompt) => onChange({ prompt })}
        placeholder={preset.prompt_placeholder}
        maximum={config.limits.prompt_characters}
        optional={hasPhoto}
      />
      <Deferred>
        <LastRow settings={others} field={field} variants={<VariantsField {...props} />} />
        {preset.supports_seed && (
          <SeedField seed={draft.seed} locked={draft.seedLocked} limits={config.limits} onChange={handlers.setSeed} />
        )}
        <CollectionField value={draft.collectionId} onChange={handlers.keepIn} />
      </Deferred>
    </div>
  );
}

/** The number of variants: beside the last setting if that is narrow, else alone. */
function LastRow({
  settings,
  field,
  variants,
}: {
  settings: Setting[];
  field: (setting: Setting) => ReactNode;
  variants: ReactNode;
}) {
  const last = settings.at(-1);
  const paired = last !== undefined && isMeasure(last);
  return (
    <>
      {(paired ? settings.slice(0, -1) : settings).map(field)}
      <div
        className={cx(
          "grid gap-x-3.5 gap-y-5 empty:hidden",
          paired && "grid-cols-[repeat(auto-fit,minmax(150px,1fr))]",
        )}
      >
        {variants}
        {paired && field(last)}
      </div>
    </>
  );
}

function VariantsField({ preset, variants, planMaximum, onChange }: SettingsPanelProps) {
  if (preset.max_variants === 1) return null;
  const maximum = Math.min(preset.max_variants, planMaximum);
  return (
    <GroupField
      label="Variants"
      aside={maximum < preset.max_variants && <span className="text-ink-3">Your plan: up to {maximum}</span>}
    >
      {(labelId) => (
        <Segmented
          aria-labelledby={labelId}
          numeric
          value={String(variants)}
          onChange={(value) => onChange({ variants: Number(value) })}
          options={Array.from({ length: maximum }, (_, index) => ({ value: String(index + 1), label: index + 1 }))}
        />
      )}
    </GroupField>
  );
}
