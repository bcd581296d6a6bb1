import { queryOptions, useMutation, useQuery } from "@tanstack/react-query";

import type { Interval } from "@/lib/money";

import { api, unwrap } from "./client";
import { keys } from "./keys";

/** The plan a person pays for. */
export const billingQuery = queryOptions({
  queryKey: keys.billing,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/billing", { signal })),
});

export function useBilling() {
  return useQuery(billingQuery);
}

/** Goes to Stripe's checkout for a plan. */
export function useCheckout() {
  return useMutation({
    mutationFn: (body: { plan_id: string; interval: Interval }) =>
      unwrap(api.POST("/api/v1/billing/checkout", { body })),
    onSuccess: leaveFor,
  });
}

/** Goes to Stripe's portal: change the plan, the card, see invoices, cancel. */
export function usePortal() {
  return useMutation({
    mutationFn: () => unwrap(api.POST("/api/v1/billing/portal")),
    onSuccess: leaveFor,
  });
}

/** Resolves when the browser comes back to this page: until then a second press must not make a second session. */
function leaveFor({ url }: { url: string }): Promise<void> {
  window.location.assign(url);
  return new Promise((resolve) => {
    window.addEventListener("pageshow", () => resolve(), { once: true });
  });
}
