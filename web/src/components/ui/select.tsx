import { cx } from "class-variance-authority";
import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";

import { Field, inputStyle } from "./field";
import type { Option } from "./segmented";

interface SelectProps<Value extends string> extends Omit<ComponentProps<"select">, "id" | "value" | "onChange"> {
  label: string;
  hint?: string;
  options: readonly (Option<Value> & { label: string })[];
  value: Value;
  onChange: (value: Value) => void;
}

/** One of more than five options. The browser's own control: it works on every phone and with every screen reader. */
export function Select<Value extends string>({ label, hint, options, value, onChange, ...rest }: SelectProps<Value>) {
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <div className="relative">
          <select
            {...rest}
            {...control}
            value={value}
            onChange={(event) => {
              onChange(event.target.value as Value);
            }}
            className={cx(inputStyle, "min-h-(--tap) appearance-none truncate pr-9")}
          >
            {options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </select>
          <ChevronDown
            aria-hidden
            size={15}
            strokeWidth={1.6}
            className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2"
          />
        </div>
      )}
    </Field>
  );
}
