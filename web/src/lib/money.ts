/** What this file needs of a plan. */
interface Plan {
  prices: readonly { interval: string; cents: number }[];
}
export type Interval = "month" | "year";

/** An amount as people read it: €14, €11.20. `cents` may have fractions. */
export function amount(cents: number, currency = "eur"): string {
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency,
    minimumFractionDigits: Number.isInteger(cents / 100) ? 0 : 2,
    maximumFractionDigits: 2,
  }).format(cents / 100);
}

/** What a plan costs, and per month; null where it has no price for the interval. Free costs 0. */
export function priceOf({ prices }: Plan, interval: Interval): { cents: number; perMonth: number } | null {
  if (prices.length === 0) return { cents: 0, perMonth: 0 };
  const price = prices.find((one) => one.interval === interval);
  return price ? { cents: price.cents, perMonth: interval === "year" ? price.cents / 12 : price.cents } : null;
}

/** "Yearly, save 20%": the largest saving of a yearly price. */
export function yearlyLabel(plans: readonly Plan[]): string {
  const savings = plans.map((plan) => {
    const month = priceOf(plan, "month");
    const year = priceOf(plan, "year");
    return month && year && month.cents > 0 ? Math.round((1 - year.perMonth / month.cents) * 100) : 0;
  });
  const largest = Math.max(0, ...savings);
  return largest > 0 ? `Yearly, save ${largest}%` : "Yearly";
}
