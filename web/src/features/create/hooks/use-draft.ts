import { useCallback, useEffect, useState } from "react";

import { toast } from "@/components/ui/toast-store";
import { forgetApplied, readApplied } from "@/lib/applied-settings";

import { appliedDraft, type Draft } from "../draft";
import { loadDraft, saveDraft } from "../draft-storage";
import type { Config } from "../types";

/**
 * The draft of a person on this device. It survives a reload, a lost session and a lost network. Settings that were
 * applied on the way here take its place; what was there before comes back with Undo.
 */
export function useDraft(userId: string, config: Config) {
  const [{ applied, before }] = useState(() => ({ applied: readApplied(), before: loadDraft(userId, config) }));
  const [draft, setDraft] = useState(() => (applied ? appliedDraft(applied, config) : before));

  useEffect(() => {
    if (!applied) return;
    forgetApplied();
    toast(`The settings of ${applied.title} are applied.`, {
      action: {
        label: "Undo",
        run: () => {
          setDraft(before);
        },
      },
    });
  }, [applied, before]);
  useEffect(() => {
    saveDraft(userId, draft);
  }, [userId, draft]);

  const change = useCallback((changes: Partial<Draft>) => {
    setDraft((now) => ({ ...now, ...changes }));
  }, []);
  return [draft, change] as const;
}
