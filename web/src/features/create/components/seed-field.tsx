import { cx } from "class-variance-authority";
import { Lock, LockOpen, Shuffle } from "lucide-react";
import { memo, useState } from "react";

import { Field, inputStyle } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";

import { randomSeed } from "../draft";
import type { Limits } from "../types";

interface SeedFieldProps {
  seed: number;
  locked: boolean;
  limits: Limits;
  onChange: (seed: number, locked: boolean) => void;
}

/** The random seed. Unlocked, each generation draws a new one; typing a number locks it. */
export const SeedField = memo(function SeedField({ seed, locked, limits, onChange }: SeedFieldProps) {
  // The text that is being typed; null otherwise, so that a new seed shows.
  const [typed, setTyped] = useState<string | null>(null);
  const wrong = typed !== null && parsed(typed, limits) === null;

  const type = (text: string) => {
    setTyped(text);
    const value = parsed(text, limits);
    if (value !== null) onChange(value, true);
  };
  return (
    <Field
      label="Seed"
      aside={<span className="text-ink-3">Same seed, same picture</span>}
      error={wrong ? `A whole number from ${limits.min_seed} to ${limits.max_seed}.` : undefined}
    >
      {(control) => (
        <div className="flex gap-2">
          <input
            {...control}
            inputMode="numeric"
            autoComplete="off"
            value={typed ?? String(seed)}
            onChange={(event) => type(event.target.value)}
            onBlur={() => setTyped(null)}
            className={cx(inputStyle, "num min-h-(--tap) min-w-0 grow")}
          />
          <IconButton label="Keep this seed" aria-pressed={locked} onClick={() => onChange(seed, !locked)}>
            {locked ? (
              <Lock aria-hidden size={18} strokeWidth={1.6} />
            ) : (
              <LockOpen aria-hidden size={18} strokeWidth={1.6} className="text-ink-3" />
            )}
          </IconButton>
          <IconButton
            label="New seed"
            onClick={() => {
              setTyped(null);
              onChange(randomSeed(limits), locked);
            }}
          >
            <Shuffle aria-hidden size={18} strokeWidth={1.6} />
          </IconButton>
        </div>
      )}
    </Field>
  );
});

function parsed(text: string, { min_seed: min, max_seed: max }: Limits): number | null {
  const digits = text.replace(/\s/g, "");
  const value = Number(digits);
  return /^\d+$/.test(digits) && value >= min && value <= max ? value : null;
}
