import { queryOptions, useQuery } from "@tanstack/react-query";

import { timeOfDay } from "@/lib/dates";
import { credits } from "@/lib/words";

import { api, unwrap } from "./client";
import { keys } from "./keys";
import type { components } from "./schema";

/** Credits of this period. */
export const usageQuery = queryOptions({
  queryKey: keys.usage.current,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/usage", { signal })),
});

export function useUsage() {
  return useQuery(usageQuery);
}

type GivenBack = components["schemas"]["GivenBackView"];

/**
 * So many renders a day may be canceled or blocked at our cost: a sentence when the bound is near, and when it stops new
 * renders (`stops`). Null while it is far, and once the day it was counted for has ended.
 */
export function givenBackNotice({
  count,
  bound,
  is_near: isNear,
  ends_at: endsAt,
}: GivenBack): { message: string; stops: boolean } | null {
  if (!isNear || Date.parse(endsAt) <= Date.now()) return null;
  const left = bound - count;
  if (left <= 0) {
    return {
      message: `Too many renders were canceled or blocked today. You can generate again at ${timeOfDay(endsAt)}.`,
      stops: true,
    };
  }
  const more = left === 1 ? "1 more render is" : `${left} more renders are`;
  return {
    message: `If ${more} canceled or blocked today, new renders pause until ${timeOfDay(endsAt)}.`,
    stops: false,
  };
}

export const NO_FREE_CREDITS =
  "Mailboxes for single use have no free credits. Choose a plan, or change your e-mail address.";

/** Free credits belong to a mailbox: what its other accounts used, deleted ones too; null when that is nothing. */
export function usedElsewhere({
  used_elsewhere: used,
}: Pick<components["schemas"]["UsageView"], "used_elsewhere">): string | null {
  return used > 0 ? `Another account of your mailbox used ${credits(used)} of them.` : null;
}
