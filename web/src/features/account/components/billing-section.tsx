import { Link } from "@tanstack/react-router";
import { ArrowUpRight } from "lucide-react";

import { useBilling, usePortal } from "@/api/billing";
import { useConfig } from "@/api/config";
import { QueryState } from "@/components/query-state";
import { Button, buttonStyle } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { TextSkeleton } from "@/components/ui/skeleton";
import { dayAndMonth } from "@/lib/dates";

/** The plan a person pays for, and a link to Stripe's portal for cards and invoices. */
export function BillingSection() {
  return (
    <QueryState query={useBilling()} pending={<TextSkeleton className="w-56" />}>
      {(billing) => <Plan billing={billing} />}
    </QueryState>
  );
}

function Plan({ billing }: { billing: NonNullable<ReturnType<typeof useBilling>["data"]> }) {
  const { plans } = useConfig();
  const portal = usePortal();
  const plan = plans.find(({ id }) => id === billing.plan_id)?.name ?? billing.plan_id;
  return (
    <div className="grid gap-4">
      <p className="text-13 text-ink-2">
        You are on the <b className="font-medium text-ink">{plan}</b> plan
        {billing.interval && `, paid by the ${billing.interval}`}.{whatIsNext(billing)}
      </p>
      {portal.error && (
        <Notice tone="danger" live>
          {portal.error.message}
        </Notice>
      )}
      <div className="flex flex-wrap gap-2">
        <Link to="/dashboard/usage" className={buttonStyle()}>
          Usage and plans
        </Link>
        {billing.can_manage && (
          <Button
            blocked={portal.isPending}
            onClick={() => {
              portal.mutate();
            }}
          >
            Cards and invoices
            <ArrowUpRight aria-hidden size={15} strokeWidth={1.6} />
          </Button>
        )}
      </div>
    </div>
  );
}

interface Dates {
  renews_at: string | null;
  ends_at: string | null;
  grace_until: string | null;
}

function whatIsNext({ renews_at: renewsAt, ends_at: endsAt, grace_until: graceUntil }: Dates): string {
  if (graceUntil) return ` The last payment failed: it holds until ${dayAndMonth(graceUntil)}.`;
  if (endsAt) return ` It ends on ${dayAndMonth(endsAt)}.`;
  return renewsAt ? ` It renews on ${dayAndMonth(renewsAt)}.` : "";
}
