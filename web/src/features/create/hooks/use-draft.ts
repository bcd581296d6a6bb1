import { useCallback, useEffect, useState } from "react";

import { toast } from "@/components/ui/toast-store";
import { forgetApplied, readApplied } from "@/lib/applied-settings";

import { appliedChanges, type Draft } from "../draft";
import { loadDraft, saveDraft } from "../draft-storage";
import type { Config } from "../types";

/**
 * The draft of a person on this device. It is kept over a reload, the end of the session and a lost network. Settings
 * that were applied on another page replace it; Undo brings the draft back.
 */
export function useDraft(userId: string, config: Config) {
  const [{ applied, before }] = useState(() => ({ applied: readApplied(userId), before: loadDraft(userId, config) }));
  const [draft, setDraft] = useState(() => (applied ? { ...before, ...appliedChanges(applied, config) } : before));

  useEffect(() => {
    if (!applied) return;
    forgetApplied();
    const message =
      "presetId" in applied
        ? `The settings of ${applied.title} are applied.`
        : `The next render starts from ${applied.title}.`;
    toast(message, {
      actions: [{ label: "Undo", run: () => setDraft(before) }],
    });
  }, [applied, before]);
  useEffect(() => {
    saveDraft(userId, draft);
  }, [userId, draft]);

  const change = useCallback((changes: Partial<Draft>) => {
    setDraft((now) => ({ ...now, ...changes }));
  }, []);
  /** A picture was given; the preset may not take one. */
  const handedInput = applied !== null && !("presetId" in applied);
  return [draft, change, handedInput] as const;
}
