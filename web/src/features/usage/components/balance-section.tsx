import { RefreshCw } from "lucide-react";

import { Meter } from "@/components/ui/meter";
import { dayAndMonth } from "@/lib/dates";

import { projected } from "../period";
import type { Usage } from "../types";

/** The credits that are left in this period, when they renew, and how many will be used at the current rate. */
export function BalanceSection({ usage }: { usage: Usage }) {
  const { used, reserved, limit, remaining, period_start: starts, resets_at: resetsAt } = usage;
  const pace = projected(starts, resetsAt, used);
  return (
    <section aria-label="Credits this period">
      <p className="text-18 text-ink-2">
        <span className="mr-1.5 text-[3rem] leading-none font-semibold tracking-[-0.05em] text-ink tablet:text-60">{remaining}</span>{" "}
        of {limit} credits left
      </p>
      <div className="pt-4">
        <Meter label="Credits this period" used={used} held={reserved} limit={limit} />
      </div>
      <p className="flex gap-2.5 pt-4 text-13 text-ink-2">
        <RefreshCw aria-hidden size={18} strokeWidth={1.6} className="shrink-0" />
        <span>
          {remaining > 0
            ? `Your ${String(limit)} credits renew on ${dayAndMonth(resetsAt)}.`
            : `You have used all ${String(limit)} credits. They renew on ${dayAndMonth(resetsAt)}.`}
          {pace !== null && used > 0 && ` At this pace you will use about ${String(pace)}.`}
        </span>
      </p>
    </section>
  );
}
