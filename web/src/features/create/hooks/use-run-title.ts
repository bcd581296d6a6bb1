import { useEffect } from "react";

import { useDocumentTitle } from "@/lib/document-title";

import { outcomeLine } from "../run-state";
import type { Generation } from "../types";

/** The tab tells how far a run is, and of one that ended unseen how it ended, until somebody looks. */
export function useRunTitle(running: Generation | null, unseen: Generation | null, onSeen: () => void) {
  useEffect(() => {
    if (!unseen) return;
    const look = () => {
      if (!document.hidden) onSeen();
    };
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
    };
  }, [unseen, onSeen]);

  const ended = unseen && (unseen.status === "succeeded" ? outcomeLine(unseen) : "Not made");
  const now = running ? `${running.progress} %` : ended;
  useDocumentTitle(now === null ? "Create" : `${now} · Create`);
}
