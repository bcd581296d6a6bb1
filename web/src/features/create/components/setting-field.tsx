import { memo } from "react";

import { GroupField } from "@/components/ui/field";
import { Segmented } from "@/components/ui/segmented";
import { Select } from "@/components/ui/select";
import { Slider } from "@/components/ui/slider";
import { Switch } from "@/components/ui/switch";

import { settingValue } from "@/api/preset-settings";
import type { Setting, SettingValue } from "../types";

interface SettingFieldProps {
  setting: Setting;
  value: SettingValue | undefined;
  onChange: (id: string, value: SettingValue) => void;
}

/** One setting of a preset, with a control for its kind. */
export const SettingField = memo(function SettingField({ setting, value, onChange: report }: SettingFieldProps) {
  const onChange = (next: SettingValue) => report(setting.id, next);
  const shown = settingValue(setting, value);
  switch (setting.kind) {
    case "range":
      return (
        <div>
          <Slider
            label={setting.label}
            value={Number(shown)}
            onChange={onChange}
            min={setting.min}
            max={setting.max}
            step={setting.step}
            unit={setting.unit || undefined}
          />
          {setting.min_label && (
            <p aria-hidden className="flex justify-between pt-1 text-11 text-ink-3">
              <span>{setting.min_label}</span>
              <span>{setting.max_label}</span>
            </p>
          )}
        </div>
      );
    case "choice": {
      const options = setting.options.map(({ id, label }) => ({ value: id, label }));
      if (!fitsSegmented(setting)) {
        return <Select label={setting.label} options={options} value={String(shown)} onChange={onChange} />;
      }
      return (
        <GroupField label={setting.label}>
          {(labelId) => (
            <Segmented
              aria-labelledby={labelId}
              options={options}
              value={String(shown)}
              onChange={onChange}
              numeric={isMeasure(setting)}
            />
          )}
        </GroupField>
      );
    }
    case "toggle":
      return <Switch label={setting.label} checked={shown === true} onChange={onChange} />;
  }
});

type Choice = Setting & { kind: "choice" };

const MAX_SEGMENTS = 5;
/** Letters of the longest label times the number of options; more do not fit into the panel. */
const MAX_LETTERS = 48;

function fitsSegmented({ options }: Choice): boolean {
  const longest = Math.max(...options.map(({ label }) => label.length));
  return options.length <= MAX_SEGMENTS && longest * options.length <= MAX_LETTERS;
}

/** Its options are measures (1:1, 3:2), narrow enough for half of the panel. */
export function isMeasure(setting: Setting): boolean {
  return setting.kind === "choice" && setting.options.every(({ label }) => /^[\d:.]+$/.test(label));
}
