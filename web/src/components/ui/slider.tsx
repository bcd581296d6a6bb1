import { useId, useState, type CSSProperties, type KeyboardEvent } from "react";

import { isEnter } from "@/lib/keys";

interface SliderProps {
  label: string;
  value: number;
  onChange: (value: number) => void;
  min: number;
  max: number;
  /** Arrow keys move by one step, Shift and Page keys by ten. */
  step: number;
  /** Written after the number: "%", "steps". */
  unit?: string;
}

/** A ruler of 20 ticks, with its value at the right, which can also be typed. */
export function Slider({ label, value, onChange, min, max, step, unit }: SliderProps) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <div className="flex min-h-4.5 items-baseline justify-between gap-2 text-12 text-ink-2">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <ValueInput {...{ label, value, onChange, min, max, step, unit }} />
      </div>
      <div className="relative">
        <div aria-hidden className="ruler" />
        <input
          type="range"
          id={id}
          aria-valuetext={unit ? `${String(value)} ${unit}` : undefined}
          value={value}
          min={min}
          max={max}
          step={step}
          onChange={(event) => {
            onChange(event.target.valueAsNumber);
          }}
          onKeyDown={(event) => {
            const way = tenSteps(event);
            if (way === 0) return;
            event.preventDefault();
            onChange(nearest(value + way * 10 * step, min, max, step));
          }}
          style={{ "--v": (value - min) / (max - min) } as CSSProperties}
          className="ruler-slider"
        />
      </div>
    </div>
  );
}

function ValueInput({ label, value, onChange, min, max, step, unit }: SliderProps) {
  // The text that is being typed; null otherwise, so that the slider's value shows.
  const [draft, setDraft] = useState<string | null>(null);

  const commit = () => {
    const typed = draft === null || draft.trim() === "" ? NaN : Number(draft.replace(",", "."));
    setDraft(null);
    if (Number.isNaN(typed)) return;
    onChange(nearest(typed, min, max, step));
  };
  const key = (event: KeyboardEvent<HTMLInputElement>) => {
    if (isEnter(event)) {
      event.preventDefault();
      commit();
    } else if (event.key === "Escape" && draft !== null) {
      event.stopPropagation();
      setDraft(null);
    }
  };
  return (
    <span className="num flex items-baseline text-ink">
      <input
        aria-label={`${label}, value`}
        inputMode="decimal"
        value={draft ?? String(value)}
        size={Math.max(2, String(max).length)}
        onChange={(event) => {
          setDraft(event.target.value);
        }}
        onFocus={(event) => {
          event.target.select();
        }}
        onBlur={commit}
        onKeyDown={key}
        className="field-sizing-content min-h-6 rounded-xs border-b border-transparent bg-transparent px-0.5 text-right touch:text-[1rem] hover:border-line-strong focus:border-ink"
      />
      {unit && <span className="touch:text-[1rem]">{unit}</span>}
    </span>
  );
}

/** 1 or -1 for keys that move by ten steps. Browsers move a tenth of the range for Page keys and ignore Shift. */
function tenSteps({ key, shiftKey }: KeyboardEvent): number {
  if (key === "PageUp" || (shiftKey && (key === "ArrowUp" || key === "ArrowRight"))) return 1;
  if (key === "PageDown" || (shiftKey && (key === "ArrowDown" || key === "ArrowLeft"))) return -1;
  return 0;
}

/** The step closest to `typed`, within the limits. */
function nearest(typed: number, min: number, max: number, step: number): number {
  const stepped = min + Math.round((typed - min) / step) * step;
  // Steps such as 0.1 add up to 0.30000000000000004.
  const digits = (String(step).split(".")[1] ?? "").length;
  return Number(Math.min(max, Math.max(min, stepped)).toFixed(digits));
}
