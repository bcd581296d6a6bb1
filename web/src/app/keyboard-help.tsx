import { useNavigate } from "@tanstack/react-router";

import { Dialog } from "@/components/overlays/dialog";
import { Kbd } from "@/components/ui/kbd";
import { DELETE } from "@/lib/keys";
import { usePreferences } from "@/lib/preferences";
import { useShortcutGroups, useShortcuts, type ShortcutGroup } from "@/lib/shortcuts";

import { openKeyboardHelp, setKeyboardHelp, useKeyboardHelp } from "./keyboard-help-store";
import { PAGES } from "./navigation";

/** The shortcuts that work at present, opened with "?". It also defines those that work on every page. */
export function KeyboardHelp() {
  const navigate = useNavigate();
  const open = useKeyboardHelp();
  const { singleKeys } = usePreferences();
  useShortcuts(
    "Pages",
    PAGES.map(({ to, label, key }) => ({ keys: `g ${key}`, label, run: () => void navigate({ to }) })),
  );
  useShortcuts("Help", [{ keys: "[Shift]+?", label: "This list", run: openKeyboardHelp }], "anywhere");
  return (
    <Dialog
      open={open}
      onOpenChange={setKeyboardHelp}
      title="Keyboard shortcuts"
      description={singleKeys ? undefined : "Single keys are turned off in your account settings."}
    >
      <Shortcuts />
    </Dialog>
  );
}

function Shortcuts() {
  return merged(useShortcutGroups()).map(({ title, shortcuts }) => (
    <section key={title} className="pt-3">
      <h3 className="pb-1 text-12 font-medium text-ink-3">{title}</h3>
      <dl>
        {shortcuts.map(({ keys, label }) => (
          <div key={keys + label} className="flex min-h-9 items-center justify-between gap-4 border-t border-line">
            <dt>{label}</dt>
            <dd className="flex items-center gap-1">
              {caps(keys).map((cap, index) => (
                <Kbd key={index}>{cap}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  ));
}

/** Merges groups with the same title from different components. */
function merged(groups: readonly ShortcutGroup[]): ShortcutGroup[] {
  const titles = [...new Set(groups.map((group) => group.title))];
  return titles.map((title) => ({
    title,
    shortcuts: groups.filter((group) => group.title === title).flatMap((group) => group.shortcuts),
  }));
}

const APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent);
const CAPS: Record<string, string> = {
  $mod: APPLE ? "⌘" : "Ctrl",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  [DELETE]: APPLE ? "⌫" : "Del",
};

/** The key names of "$mod+Enter" or "g c"; optional keys are left out. */
function caps(keys: string): string[] {
  return keys
    .split(" ")
    .flatMap((press) => press.split(/\+(?=.)/))
    .filter((key) => !key.startsWith("["))
    .map((key) => CAPS[key] ?? (key.length === 1 ? key.toUpperCase() : key));
}
