import { useEffect, useRef } from "react";
import { tinykeys } from "tinykeys";

import { getPreferences } from "./preferences";
import { createStore } from "./store";

export interface Shortcut {
  /** In the notation of tinykeys: "$mod+Enter", "g c", "[Shift]+?". */
  keys: string;
  /** What it does, for the list of shortcuts. */
  label: string;
  run: (event: KeyboardEvent) => void;
}

/** Where it works: on the page while no dialog is open, in the viewer while nothing lies over it, or everywhere. */
type Scope = "page" | "viewer" | "anywhere";

export interface ShortcutGroup {
  title: string;
  shortcuts: readonly Shortcut[];
}

const groups = createStore<readonly ShortcutGroup[]>(() => []);

/** Makes shortcuts work, and lists them under "?", while the component is mounted. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[], scope: Scope = "page") {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });

  const signature = shortcuts.map(({ keys, label }) => `${keys}\t${label}`).join("\n");
  useEffect(() => {
    const group = { title, shortcuts: latest.current };
    groups.set([...groups.get(), group]);
    const stops = group.shortcuts.map(({ keys }, index) => {
      const single = !/\$mod|Control|Meta|Alt/.test(keys);
      const run = (event: KeyboardEvent) => {
        // If the key opens a field, it must not be typed into it.
        if (single && event.key.length === 1) event.preventDefault();
        latest.current[index]?.run(event);
      };
      return tinykeys(
        window,
        { [keys]: run },
        { ignore: (event) => event.isComposing || !inScope(event, scope) || (single && !singleKeysAllowed(event)) },
      );
    });
    return () => {
      for (const stop of stops) stop();
      groups.set(groups.get().filter((other) => other !== group));
    };
  }, [title, scope, signature]);
}

/** The shortcuts that work at present. */
export const useShortcutGroups = groups.use;

function inScope(event: KeyboardEvent, scope: Scope): boolean {
  // In menus, letters jump to an item.
  if (element(event)?.closest("[role=menu]")) return false;
  if (scope === "anywhere") return true;
  // An open dialog keeps the focus inside it, and the one on top has it.
  const dialog = element(event)?.closest("[role=dialog]");
  return scope === "page" ? !dialog : dialog?.hasAttribute("data-viewer") === true;
}

function singleKeysAllowed(event: KeyboardEvent): boolean {
  return getPreferences().singleKeys && !element(event)?.closest("input, textarea, select, [contenteditable=true]");
}

function element(event: KeyboardEvent): Element | null {
  return event.target instanceof Element ? event.target : null;
}
