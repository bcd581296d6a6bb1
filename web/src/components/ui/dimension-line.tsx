import { cx } from "class-variance-authority";
import type { CSSProperties } from "react";

interface DimensionLineProps {
  /** 0 to 100. */
  percent: number;
  /** What is progressing. Without it the line is a decoration beside words that say the same. */
  label?: string;
  className?: string;
}

/** Progress, drawn as a dimension line with a canary head. */
export function DimensionLine({ percent, label, className }: DimensionLineProps) {
  const value = Math.min(100, Math.max(0, Math.round(percent)));
  const role = label
    ? ({ role: "progressbar", "aria-label": label, "aria-valuenow": value, "aria-valuemin": 0, "aria-valuemax": 100 } as const)
    : ({ "aria-hidden": true } as const);
  return (
    <div {...role} className={cx("dimension-line", className)} style={{ "--v": `${String(value)}%` } as CSSProperties}>
      <span />
    </div>
  );
}
