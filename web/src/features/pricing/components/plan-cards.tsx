import { Link } from "@tanstack/react-router";
import { cx } from "class-variance-authority";
import type { CSSProperties } from "react";

import { useConfig } from "@/api/config";
import type { components } from "@/api/schema";
import { useUsage } from "@/api/usage";
import { useSession } from "@/auth/session";
import { PlanFeatures } from "@/components/plan-features";
import { buttonStyle } from "@/components/ui/button";
import { amount, priceOf, type Interval } from "@/lib/money";
import { grouped } from "@/lib/numbers";

import { middlePrice } from "../middle-price";

type Plan = components["schemas"]["PlanView"];

/** The plan that most people are best served by. */
const RECOMMENDED = "pro";

/** The plans side by side, with one measure for how many pictures each is. On a phone the recommended one is first. */
export function PlanCards({ interval }: { interval: Interval }) {
  const { plans, presets } = useConfig();
  const perPicture = middlePrice(presets);
  const pictures = (plan: Plan) => Math.floor(plan.monthly_credits / perPicture);
  const most = Math.max(...plans.map(pictures));
  return (
    <div className="grid gap-4 desk:grid-cols-3">
      {plans.map((plan) => (
        <PlanCard key={plan.id} plan={plan} interval={interval} pictures={pictures(plan)} most={most} />
      ))}
    </div>
  );
}

function PlanCard({
  plan,
  interval,
  pictures,
  most,
}: {
  plan: Plan;
  interval: Interval;
  pictures: number;
  most: number;
}) {
  const price = priceOf(plan, interval) ?? priceOf(plan, "month");
  const recommended = plan.id === RECOMMENDED;
  return (
    <article
      className={cx(
        "flex flex-col rounded-lg border bg-surface p-5 tablet:p-6",
        recommended ? "border-ink shadow-[inset_0_0_0_1px_var(--ink)] max-desk:-order-1" : "border-line",
      )}
    >
      <div className="flex items-baseline justify-between gap-3">
        <h2 className="text-18 font-semibold">{plan.name}</h2>
        {recommended && <span className="text-12 font-[550]">Recommended</span>}
      </div>
      <p className="flex items-baseline gap-1.5 pt-3.5">
        <span className="text-36 font-semibold tracking-[-0.045em]">{amount(price?.perMonth ?? 0)}</span>
        <span className="text-13 text-ink-2">a month</span>
      </p>
      <p className="min-h-4.5 pt-0.5 text-12 text-ink-3">{howPaid(plan, interval)}</p>
      <div className="grid pt-4.5 pb-5">
        <Choice plan={plan} recommended={recommended} />
      </div>
      <div className="grid gap-2.5 border-t border-line py-4 text-13">
        <p className="flex justify-between gap-3">
          <span>
            <b className="num font-medium">{grouped(plan.monthly_credits)}</b> credits a month
          </span>
          <span className="text-ink-2">
            about <b className="num font-medium text-ink">{grouped(pictures)}</b> pictures
          </span>
        </p>
        <div
          role="img"
          aria-label={`About ${pictures} of ${most} pictures`}
          className="price-ruler"
          style={{ "--share": `${(100 * pictures) / most}%` } as CSSProperties}
        />
        <p className="text-12 text-ink-2">
          {price && price.cents > 0 ? (
            <>
              <b className="num font-medium text-ink">{amount(price.perMonth / pictures)}</b> a picture.
            </>
          ) : (
            "To try your own photos."
          )}
        </p>
      </div>
      <PlanFeatures features={plan.features} className="border-t border-line pt-4" />
    </article>
  );
}

function howPaid(plan: Plan, interval: Interval): string {
  if (plan.prices.length === 0) return "No card needed";
  const yearly = priceOf(plan, "year");
  if (!yearly) return "Paid monthly";
  return interval === "year" ? `${amount(yearly.cents)} a year` : `${amount(yearly.perMonth)} a month when paid yearly`;
}

/** Visitors make an account first. Who has one sees the own plan marked; another is chosen under Usage, where billing is. */
function Choice({ plan, recommended }: { plan: Plan; recommended: boolean }) {
  const isVisitor = useSession().status === "signed-out";
  const variant = recommended ? "canary" : "line";
  if (isVisitor) {
    const isFree = plan.prices.length === 0;
    return (
      <Link
        to="/sign-in"
        search={{ mode: "sign-up", ...(!isFree && { next: "/dashboard/usage" }) }}
        className={buttonStyle({ variant, size: "lg" })}
      >
        {isFree ? "Start free" : `Choose ${plan.name}`}
      </Link>
    );
  }
  return <OwnChoice plan={plan} variant={variant} />;
}

function OwnChoice({ plan, variant }: { plan: Plan; variant: "canary" | "line" }) {
  const { data: usage } = useUsage();
  if (usage?.plan.id === plan.id) {
    return <p className="grid h-[46px] place-content-center text-15 font-semibold text-ink-2">Your plan</p>;
  }
  return (
    <Link to="/dashboard/usage" className={buttonStyle({ variant, size: "lg" })}>
      Change plan under Usage
    </Link>
  );
}
