import { useCallback, useEffect, useState } from "react";

import type { Draft } from "../draft";
import { loadDraft, saveDraft } from "../draft-storage";
import type { Config } from "../types";

/** The draft of a person on this device. It survives a reload, a lost session and a lost network. */
export function useDraft(userId: string, config: Config) {
  const [draft, setDraft] = useState(() => loadDraft(userId, config));
  useEffect(() => {
    saveDraft(userId, draft);
  }, [userId, draft]);

  const change = useCallback((changes: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...changes }));
  }, []);
  return [draft, change] as const;
}
