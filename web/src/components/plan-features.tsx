import { cx } from "class-variance-authority";
import { Check } from "lucide-react";

/** What a plan has, in words of runtime.py. */
export function PlanFeatures({ features, className }: { features: readonly string[]; className: string }) {
  return (
    <ul className={cx("grid gap-2 text-13 text-ink-2", className)}>
      {features.map((feature) => (
        <li key={feature} className="flex items-center gap-2">
          <Check aria-hidden size={15} strokeWidth={1.6} className="shrink-0" />
          {feature}
        </li>
      ))}
    </ul>
  );
}
