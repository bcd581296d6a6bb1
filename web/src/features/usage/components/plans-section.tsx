import { Link } from "@tanstack/react-router";
import { ArrowUpRight } from "lucide-react";
import { cx } from "class-variance-authority";
import { useState } from "react";

import { useBilling, useCheckout, usePortal } from "@/api/billing";
import { useConfig } from "@/api/config";
import { PlanFeatures } from "@/components/plan-features";
import { Button } from "@/components/ui/button";
import { QueryState } from "@/components/query-state";
import { Notice } from "@/components/ui/notice";
import { Segmented } from "@/components/ui/segmented";
import { dayAndMonth } from "@/lib/dates";
import { amount, priceOf, yearlyLabel, type Interval } from "@/lib/money";
import { grouped } from "@/lib/numbers";

import type { Plan } from "../types";

/**
 * Stripe's statuses of a subscription that continues without being paid: another card pays it, another checkout is
 * refused.
 */
const UNPAID: readonly (string | null)[] = ["past_due", "unpaid", "incomplete", "paused"];

/** The plans side by side; on a phone the person's own is first. Stripe's pages take payments and change the plan. */
export function PlansSection() {
  const { plans } = useConfig();
  const query = useBilling();
  const billing = query.data;
  const checkout = useCheckout();
  const portal = usePortal();
  const [chosen, setChosen] = useState<Interval | null>(null);
  const interval = chosen ?? billing?.interval ?? "month";
  const failed = checkout.error ?? portal.error;
  // Until Stripe's state is known nothing is offered: whoever pays must not be shown a checkout.
  const own = billing?.plan_id;
  const subscribed = billing !== undefined && (own !== "free" || UNPAID.includes(billing.status));
  const intervals = [
    { value: "month", label: "Monthly" },
    { value: "year", label: yearlyLabel(plans) },
  ] as const;
  const credits = (id: string | undefined) => plans.find((plan) => plan.id === id)?.monthly_credits ?? 0;
  return (
    <section aria-labelledby="plans-title" className="border-t border-line py-8">
      <div className="flex flex-wrap items-center gap-3 pb-4">
        <h2 id="plans-title" className="grow text-18 font-semibold tracking-[-0.015em]">
          Plans
        </h2>
        <Segmented
          aria-labelledby="plans-title"
          options={intervals}
          value={interval}
          onChange={setChosen}
          className="w-56"
        />
      </div>
      <QueryState query={query}>{(state) => <PlanNotice {...state} />}</QueryState>
      {failed && (
        <div className="pb-4">
          <Notice tone="danger" live>
            {failed.message}
          </Notice>
        </div>
      )}
      <div className="grid gap-4 desk:grid-cols-3">
        {plans.map((plan) => (
          <PlanCard key={plan.id} plan={plan} interval={interval} own={plan.id === own}>
            {!billing ? null : plan.id === own ? (
              billing.can_manage && subscribed && <Manage portal={portal} label="Manage billing" />
            ) : subscribed ? (
              <Manage portal={portal} label={plan.id === "free" ? "Cancel your plan" : `Move to ${plan.name}`} />
            ) : (
              <Button
                variant={credits(plan.id) > credits(own) ? "ink" : "line"}
                blocked={checkout.isPending}
                onClick={() => {
                  checkout.mutate({ plan_id: plan.id, interval });
                }}
              >
                Move to {plan.name}
              </Button>
            )}
          </PlanCard>
        ))}
      </div>
      <p className="flex flex-wrap gap-x-5 pt-4 text-12 text-ink-3">
        {[
          { to: "/pricing", name: "What a credit buys" } as const,
          { to: "/terms", name: "Terms" } as const,
          { to: "/privacy", name: "Privacy" } as const,
          { to: "/contact", name: "Contact" } as const,
        ].map(({ to, name }) => (
          <Link
            key={to}
            to={to}
            className="inline-flex min-h-6 items-center underline underline-offset-3 hover:text-ink touch:min-h-11"
          >
            {name}
          </Link>
        ))}
      </p>
    </section>
  );
}

function Manage({ portal, label }: { portal: ReturnType<typeof usePortal>; label: string }) {
  return (
    <Button
      blocked={portal.isPending}
      onClick={() => {
        portal.mutate();
      }}
    >
      {label}
      <ArrowUpRight aria-hidden size={15} strokeWidth={1.6} />
    </Button>
  );
}

/** What a subscriber must know: a failed payment, or when the canceled plan ends. */
function PlanNotice({
  status,
  ends_at: endsAt,
  grace_until: graceUntil,
  payment_disputed: disputed,
}: NonNullable<ReturnType<typeof useBilling>["data"]>) {
  if (disputed) {
    return (
      <div className="pb-4">
        <Notice tone="danger">
          Your bank disputes a payment, so what it bought has stopped. It comes back when the dispute ends in our favor.
        </Notice>
      </div>
    );
  }
  if (UNPAID.includes(status)) {
    return (
      <div className="pb-4">
        <Notice tone="danger">
          {graceUntil
            ? `The last payment failed. Your plan holds until ${dayAndMonth(graceUntil)}.`
            : "The last payment failed, so your plan has stopped."}{" "}
          Use another card under Manage billing.
        </Notice>
      </div>
    );
  }
  if (!endsAt) return null;
  return <p className="pb-4 text-13 text-ink-2">Your plan is canceled and ends on {dayAndMonth(endsAt)}.</p>;
}

function PlanCard({
  plan,
  interval,
  own,
  children,
}: {
  plan: Plan;
  interval: Interval;
  own: boolean;
  children: React.ReactNode;
}) {
  const price = priceOf(plan, interval);
  return (
    <article
      className={cx(
        "flex flex-col rounded-lg border bg-surface p-5",
        own ? "border-ink max-desk:-order-1" : "border-line",
      )}
    >
      <div className="flex items-center justify-between">
        <h3 className="text-15 font-semibold">{plan.name}</h3>
        {own && <span className="text-12 font-medium text-ink-2">Your plan</span>}
      </div>
      <p className="pt-2.5 pb-1.5">
        <span className="mr-1 text-36 font-semibold tracking-[-0.045em]">{amount(price?.perMonth ?? 0)}</span>{" "}
        <span className="text-13 text-ink-2">
          a month{interval === "year" && price && price.cents > 0 && `, ${amount(price.cents)} a year`}
        </span>
      </p>
      <p className="text-13 text-ink-2">
        <b className="font-medium text-ink">{grouped(plan.monthly_credits)}</b> credits each month
      </p>
      <PlanFeatures features={plan.features} className="pt-4 pb-5" />
      <div className="mt-auto grid">{children}</div>
    </article>
  );
}
