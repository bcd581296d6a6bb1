import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";

import { billingQuery } from "@/api/billing";
import { useConfig } from "@/api/config";
import { after, effects } from "@/api/effects";
import { useUsage } from "@/api/usage";
import { buttonStyle } from "@/components/ui/button";
import { useDocumentTitle } from "@/lib/document-title";
import { grouped } from "@/lib/numbers";
import { credits } from "@/lib/words";

const ASK_MS = 1000;
/** Stripe's events arrive within seconds; after this long, let people continue. */
const PATIENCE_MS = 60_000;

/** The page after Stripe's checkout: waits until Stripe has confirmed the payment, then says what was bought. */
export function ReturnPage() {
  useDocumentTitle("Your plan");
  const queryClient = useQueryClient();
  const [tired, setTired] = useState(false);
  const { data: billing } = useQuery({
    ...billingQuery,
    refetchInterval: ({ state }) => (state.data?.status === "active" || tired ? false : ASK_MS),
  });
  const confirmed = billing?.status === "active";
  const plan = useConfig().plans.find(({ id }) => id === billing?.plan_id);
  const { data: usage } = useUsage();
  // Until it is refetched, it shows the plan before.
  const current = usage?.plan.id === plan?.id ? usage : undefined;

  useEffect(() => {
    const timer = window.setTimeout(() => {
      setTired(true);
    }, PATIENCE_MS);
    return () => {
      window.clearTimeout(timer);
    };
  }, []);
  useEffect(() => {
    if (confirmed) after(queryClient, effects.planConfirmed);
  }, [confirmed, queryClient]);

  return (
    <div role="status" className="mx-auto grid max-w-md justify-items-start gap-5 px-4 py-14 tablet:py-[12vh]">
      {confirmed ? (
        <>
          <h1 className="text-24 font-semibold">You are on {plan?.name ?? "your new plan"}</h1>
          <p className="text-15 text-ink-2">
            {current
              ? `${credits(current.limit)} each month, ${grouped(current.remaining)} left now.`
              : "Your credits are there."}
          </p>
          <Link to="/dashboard/create" className={buttonStyle({ variant: "canary", size: "lg" })}>
            Create
          </Link>
        </>
      ) : (
        <>
          <h1 className="text-24 font-semibold">{tired ? "Still waiting for Stripe" : "Confirming with Stripe"}</h1>
          <p className="text-15 text-ink-2">
            {tired
              ? "Your payment is safe with Stripe. Your credits appear as soon as it confirms."
              : "This takes a few seconds. Nothing is lost if you leave."}
          </p>
          <Link to="/dashboard/usage" className={buttonStyle({ variant: "line" })}>
            Usage and plan
          </Link>
        </>
      )}
    </div>
  );
}
