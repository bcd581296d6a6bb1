import { cx } from "class-variance-authority";
import type { ComponentProps } from "react";

interface ChipProps extends ComponentProps<"button"> {
  pressed: boolean;
}

/** A filter that is on or off. */
export function Chip({ pressed, className, ...rest }: ChipProps) {
  return (
    <button
      {...rest}
      type="button"
      aria-pressed={pressed}
      className={cx(
        "inline-flex min-h-8 shrink-0 items-center gap-1.5 rounded-full border border-line bg-surface px-3 text-12 font-medium whitespace-nowrap touch:min-h-11",
        "hover:border-line-strong aria-pressed:border-ink aria-pressed:bg-ink aria-pressed:text-canvas",
        className,
      )}
    />
  );
}
