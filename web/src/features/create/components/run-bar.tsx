import { Bell, BellRing } from "lucide-react";

import { isInFlight, outcomeLine } from "@/api/run-state";
import { Button } from "@/components/ui/button";
import { DimensionLine } from "@/components/ui/dimension-line";
import { IconButton } from "@/components/ui/icon-button";
import { useNotifications } from "@/lib/notifications";

import type { Generation } from "../types";

interface RunBarProps {
  generation: Generation;
  /** Progress in words. */
  status: string;
  onCancel: () => void;
}

/** The title of a generation and, while it is in flight, its progress. */
export function RunBar({ generation, status, onCancel }: RunBarProps) {
  const running = isInFlight(generation);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1 desk:min-h-11 wide:flex-nowrap">
      <h2 className="min-w-0 truncate text-15 font-semibold max-wide:w-full wide:max-w-[45%] desk:text-24">
        {generation.title}
      </h2>
      {running ? (
        <>
          <DimensionLine
            percent={generation.progress}
            label="Progress"
            className="min-w-20 grow max-wide:order-last max-wide:mt-1 max-wide:basis-full"
          />
          <span className="text-13 tabular-nums max-wide:grow">{status}</span>
          <NotifyButton />
          <Button blocked={generation.cancel_requested} onClick={onCancel} className="max-desk:hidden">
            Cancel
          </Button>
        </>
      ) : (
        generation.status === "succeeded" && (
          <span className="text-13 text-ink-2 desk:ml-auto">{outcomeLine(generation)}</span>
        )
      )}
    </div>
  );
}

function NotifyButton() {
  const { offered, wanted, toggle } = useNotifications();
  if (!offered) return null;
  return (
    <IconButton
      label="Notify me when it is done"
      variant="ghost"
      aria-pressed={wanted}
      onClick={() => void toggle()}
      className="max-desk:-my-2"
    >
      {wanted ? <BellRing aria-hidden size={18} strokeWidth={1.6} /> : <Bell aria-hidden size={18} strokeWidth={1.6} />}
    </IconButton>
  );
}
