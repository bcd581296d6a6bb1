import { cx } from "class-variance-authority";

import { Segmented } from "@/components/ui/segmented";

/** A picture alone, or compared with the one it was made from. */
export type Mode = "result" | "compare";

interface ModeSwitchProps {
  /** Id of the element that labels it. */
  labelledBy: string;
  mode: Mode;
  onChange: (mode: Mode) => void;
  className?: string;
}

export function ModeSwitch({ labelledBy, mode, onChange, className }: ModeSwitchProps) {
  return (
    <Segmented<Mode>
      aria-labelledby={labelledBy}
      value={mode}
      onChange={onChange}
      options={[
        { value: "result", label: "Result" },
        { value: "compare", label: "Before, after" },
      ]}
      className={cx("min-w-50 tablet:w-58", className)}
    />
  );
}
