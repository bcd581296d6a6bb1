import { cx } from "class-variance-authority";
import { useMatchRoute, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { useRunning } from "@/api/generations";
import { useRunEnds } from "@/api/run-ends";
import { outcomeLine, type Generation } from "@/api/run-state";
import { DimensionLine } from "@/components/ui/dimension-line";
import { toast } from "@/components/ui/toast-store";
import { useTitlePrefix } from "@/lib/document-title";
import { notify } from "@/lib/notifications";

/**
 * Watches the person's generation on every page. The title of the tab shows its progress. If it ended while the tab was
 * hidden, the title shows how, until the person returns.
 */
export function RunWatch() {
  const { running } = useRunning();
  const [unseen, setUnseen] = useState<Generation | null>(null);
  const onCreate = useMatchRoute()({ to: "/dashboard/create" }) !== false;
  const navigate = useNavigate();

  useRunEnds((generation) => {
    const message = `${generation.title}: ${outcomeLine(generation) ?? ""}`;
    if (document.hidden) setUnseen(generation);
    notify(message);
    if (!onCreate)
      toast(message, { actions: [{ label: "Open Create", run: () => void navigate({ to: "/dashboard/create" }) }] });
  });
  useEffect(() => {
    if (!unseen) return;
    const look = () => {
      if (!document.hidden) setUnseen(null);
    };
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
    };
  }, [unseen]);

  const ended = unseen && (unseen.status === "succeeded" ? outcomeLine(unseen) : "Not made");
  useTitlePrefix(running ? `${running.progress} %` : ended);
  return null;
}

/**
 * A mark at the link to Create (positioned relative) with the progress of the generation. The title of the tab says it
 * in words.
 */
export function RunMark({ className }: { className: string }) {
  const { running } = useRunning();
  if (!running) return null;
  return <DimensionLine percent={running.progress} className={cx("pointer-events-none absolute! w-9", className)} />;
}
