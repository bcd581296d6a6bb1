import { cx } from "class-variance-authority";
import type { CSSProperties } from "react";

interface DimensionLineProps {
  /** 0 to 100. */
  percent: number;
  /** What makes progress. Without it the line is decoration, beside text that says the same. */
  label?: string;
  className?: string;
}

/** Progress as a dimension line with a yellow head. */
export function DimensionLine({ percent, label, className }: DimensionLineProps) {
  const value = Math.min(100, Math.max(0, Math.round(percent)));
  const role = label
    ? ({
        role: "progressbar",
        "aria-label": label,
        "aria-valuenow": value,
        "aria-valuemin": 0,
        "aria-valuemax": 100,
      } as const)
    : ({ "aria-hidden": true } as const);
  return (
    <div {...role} className={cx("dimension-line", className)} style={{ "--v": `${String(value)}%` } as CSSProperties}>
      <span />
    </div>
  );
}
