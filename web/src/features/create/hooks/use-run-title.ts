import { useCallback, useEffect, useState } from "react";

import { useDocumentTitle } from "@/lib/document-title";

import { outcomeLine } from "../run-state";
import type { Generation } from "../types";

/** The tab tells how far a run is, and how it ended until somebody looks. */
export function useRunTitle(running: Generation | null) {
  const [ended, setEnded] = useState<string | null>(null);
  useEffect(() => {
    const look = () => {
      if (!document.hidden) setEnded(null);
    };
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
    };
  }, []);

  const now = running ? `${running.progress} %` : ended;
  useDocumentTitle(now === null ? "Create" : `${now} · Create`);

  return useCallback((generation: Generation) => {
    if (document.hidden) setEnded(generation.status === "succeeded" ? outcomeLine(generation) : "Not made");
  }, []);
}
