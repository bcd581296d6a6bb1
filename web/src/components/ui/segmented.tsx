import { cx } from "class-variance-authority";
import { useId, type ReactNode } from "react";

export interface Option<Value extends string> {
  value: Value;
  label: ReactNode;
}

interface SegmentedProps<Value extends string> {
  /** Id of the element that labels the group; see GroupField. */
  "aria-labelledby": string;
  options: readonly Option<Value>[];
  value: Value;
  onChange: (value: Value) => void;
  /** The options are measures such as 1:1 or 3:2, set in digits. */
  numeric?: boolean;
  className?: string;
}

/** One of at most five options; use Select for more. */
export function Segmented<Value extends string>({
  options,
  value,
  onChange,
  numeric = false,
  className,
  ...labelled
}: SegmentedProps<Value>) {
  const name = useId();
  return (
    <div
      {...labelled}
      role="radiogroup"
      className={cx("grid auto-cols-fr grid-flow-col rounded-sm bg-sunken p-0.5", className)}
    >
      {options.map((option) => (
        <label
          key={option.value}
          className={cx(
            "relative flex min-h-[calc(var(--tap)-6px)] touch:min-h-11 min-w-0 items-center justify-center gap-1.5 rounded-pic px-1 text-12 font-medium text-ink-2",
            "hover:text-ink has-checked:bg-raised has-checked:text-ink has-checked:shadow-[0_1px_2px_#0000001f,0_0_0_1px_var(--chosen-edge)]",
            numeric && "num",
          )}
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
            className="absolute inset-0 appearance-none rounded-pic"
          />
          <span className="truncate">{option.label}</span>
        </label>
      ))}
    </div>
  );
}
