import { RefreshCw } from "lucide-react";

import { useConfig } from "@/api/config";
import { givenBackNotice, NO_FREE_CREDITS, usedElsewhere } from "@/api/usage";
import { Meter } from "@/components/ui/meter";
import { Notice } from "@/components/ui/notice";
import { dayAndMonth } from "@/lib/dates";
import { grouped } from "@/lib/numbers";
import { credits } from "@/lib/words";

import { projected } from "../period";
import type { Usage } from "../types";

interface BalanceSectionProps {
  usage: Usage;
  /** When a canceled plan ends. */
  endsAt: string | null;
}

/** The credits that are left in this period, what comes after it, and how many will be used at the current rate. */
export function BalanceSection({ usage, endsAt }: BalanceSectionProps) {
  const { plans } = useConfig();
  const { used, reserved, limit, remaining, period_start: starts, resets_at: resetsAt } = usage;
  const creditsOf = (id: string) => plans.find((plan) => plan.id === id)?.monthly_credits ?? 0;
  // A yearly plan that is canceled renews each month until it ends.
  const ends = endsAt !== null && new Date(endsAt) <= new Date(resetsAt);
  const notice = givenBackNotice(usage.given_back);
  const pace = projected(starts, resetsAt, used);
  return (
    <section aria-label="Credits this period">
      <p className="text-18 text-ink-2">
        <span className="mr-1.5 text-[3rem] leading-none font-semibold tracking-[-0.05em] text-ink tablet:text-60">
          {grouped(remaining)}
        </span>{" "}
        of {credits(limit)} left
      </p>
      <div className="pt-4">
        <Meter label="Credits this period" used={used} held={reserved} limit={limit} />
      </div>
      <p className="flex gap-2.5 pt-4 text-13 text-ink-2">
        <RefreshCw aria-hidden size={18} strokeWidth={1.6} className="shrink-0" />
        <span>
          {usage.disposable_mailbox
            ? NO_FREE_CREDITS
            : ends
              ? `Your ${usage.plan.name} plan ends on ${dayAndMonth(endsAt)}. From then on you have ${credits(creditsOf("free"))} a month.`
              : whatRenews({ limit, remaining, monthly: creditsOf(usage.plan.id), on: dayAndMonth(resetsAt) })}{" "}
          {usedElsewhere(usage)}
          {pace !== null && used > 0 && ` At this pace you will use about ${grouped(pace)}.`}
        </span>
      </p>
      {notice && (
        <Notice tone="warn" className="mt-4">
          {notice.message}
        </Notice>
      )}
    </section>
  );
}

/** Credits that were given on top of the plan's are for this period only. */
function whatRenews({
  limit,
  remaining,
  monthly,
  on,
}: {
  limit: number;
  remaining: number;
  monthly: number;
  on: string;
}): string {
  if (limit > monthly)
    return `On ${on} your plan's ${credits(monthly)} renew. The ${grouped(limit - monthly)} extra ones are for this period.`;
  return remaining > 0
    ? `Your ${credits(limit)} renew on ${on}.`
    : `You have used all ${credits(limit)}. They renew on ${on}.`;
}
