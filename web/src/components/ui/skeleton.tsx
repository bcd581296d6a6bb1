import { cx } from "class-variance-authority";

/** A bar without animation where a line of text will be. */
export function TextSkeleton({ className }: { className?: string }) {
  return <span aria-hidden className={cx("block h-3.5 rounded-xs bg-sunken", className)} />;
}
