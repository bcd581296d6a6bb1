import { Button } from "@/components/ui/button";

import type { Generation } from "../types";

interface FlightBarProps {
  generation: Generation;
  status: string;
  onCancel: () => void;
}

/** On a phone it replaces Generate while a generation is in flight. */
export function FlightBar({ generation, status, onCancel }: FlightBarProps) {
  return (
    <div className="flex items-center gap-3 desk:hidden">
      <p className="min-w-0 grow">
        <b className="block truncate text-13 font-semibold tabular-nums">{status}</b>
        <span className="text-12 text-ink-2">Change settings now for the next one</span>
      </p>
      <Button blocked={generation.cancel_requested} onClick={onCancel}>
        Cancel
      </Button>
    </div>
  );
}
