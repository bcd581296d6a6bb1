import { GroupField } from "@/components/ui/field";
import { Segmented, type Option } from "@/components/ui/segmented";
import { Switch } from "@/components/ui/switch";
import { setPreferences, usePreferences, type Theme } from "@/lib/preferences";

const THEMES: readonly Option<Theme>[] = [
  { value: "system", label: "System" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export function PreferencesSection() {
  const { theme, singleKeys, recipes } = usePreferences();
  return (
    <div className="grid gap-4">
      <GroupField label="Theme">
        {(labelId) => (
          <Segmented
            aria-labelledby={labelId}
            options={THEMES}
            value={theme}
            onChange={(next) => {
              setPreferences({ theme: next });
            }}
          />
        )}
      </GroupField>
      <Switch
        label="Single-key shortcuts"
        hint="Such as ? for the list of shortcuts. Never active while you type."
        checked={singleKeys}
        onChange={(next) => {
          setPreferences({ singleKeys: next });
        }}
      />
      <Switch
        label="Settings in downloads"
        hint="Files carry preset, prompt, settings and seed. Drop one on Create to start from it."
        checked={recipes}
        onChange={(next) => {
          setPreferences({ recipes: next });
        }}
      />
    </div>
  );
}
