import { cx } from "class-variance-authority";
import { Link } from "@tanstack/react-router";
import type { CSSProperties } from "react";

import { useUsage } from "@/api/usage";
import { buttonStyle } from "@/components/ui/button";
import { Meter } from "@/components/ui/meter";
import { Popover } from "@/components/overlays/popover";
import { dayAndMonth } from "@/lib/dates";
import { grouped } from "@/lib/numbers";
import { credits } from "@/lib/words";

interface CreditsLeftProps {
  /** Vertical in the rail, one line in the bar of a phone. */
  variant: "rail" | "chip";
}

/** The credits that are left, with a link to the usage page. Shows nothing until they are known. */
export function CreditsLeft({ variant }: CreditsLeftProps) {
  const { data: usage } = useUsage();
  if (!usage) return null;

  const { plan, used, reserved, limit, remaining, resets_at: resetsAt } = usage;
  // What is left is drawn, as the words beside it say.
  const share = limit === 0 ? 0 : Math.max(0, Math.min(100, (remaining / limit) * 100));
  return (
    <Popover
      label="Credits"
      side={variant === "rail" ? "right" : "bottom"}
      align="end"
      className="w-72 p-4"
      trigger={
        variant === "rail" ? (
          <button type="button" className="w-16 rounded-sm py-2 text-center text-11 text-ink-2 hover:bg-hover">
            <b className="num block text-15 font-medium text-ink">{grouped(remaining)}</b>
            credits left
            <span
              aria-hidden
              className="drawn mx-1 mt-1 block h-1.5 rounded-[2px] border border-ink bg-[linear-gradient(90deg,var(--ink)_var(--v),transparent_var(--v))]"
              style={{ "--v": `${String(share)}%` } as CSSProperties}
            />
          </button>
        ) : (
          <button
            type="button"
            className="relative inline-flex min-h-8 items-center rounded-full before:absolute before:-inset-1.5 border border-line bg-surface px-3 text-12 font-medium whitespace-pre"
          >
            <span className="num">{grouped(remaining)}</span> left<span className="sr-only">, credits</span>
          </button>
        )
      }
    >
      <p className="pb-3 text-13 text-ink-2">
        <span className="text-24 font-semibold text-ink">{grouped(remaining)}</span> of {credits(limit)} left
      </p>
      <Meter label="Credits this period" used={used} held={reserved} limit={limit} />
      <p className="pt-3 text-13 text-ink-2">
        {plan.name} plan. Your {credits(limit)} renew on {dayAndMonth(resetsAt)}.
      </p>
      <Link to="/dashboard/usage" className={cx(buttonStyle({ variant: "line" }), "mt-3 w-full")}>
        Usage and plan
      </Link>
    </Popover>
  );
}
