import { cx } from "class-variance-authority";

import { QueryState } from "@/components/query-state";
import { TextSkeleton } from "@/components/ui/skeleton";
import { dateFormat } from "@/lib/dates";
import { grouped } from "@/lib/numbers";

import { useEntries } from "../api/use-entries";
import type { Entry } from "../types";

/** The reason of an entry, for the codes of the ledger. Text that operators wrote is shown as it is. */
const REASONS: Record<string, string> = {
  generation: "Render",
  provider_error: "Provider failed, given back",
  provider_failed: "Provider failed, given back",
  safety_blocked: "Blocked by the safety check, given back",
  outputs_expired: "Pictures expired, given back",
  timed_out: "Took too long, given back",
  canceled: "Canceled, given back",
  missing_outputs: "Some variants did not come, given back",
  input_not_found: "The picture to start from was gone, given back",
  storage_unavailable: "The photo could not be handed over, given back",
  preset_unavailable: "The preset is no longer offered, given back",
  validation_failed: "The preset has other settings now, given back",
  not_started: "Did not start, given back",
};

/** Every entry with its reason, latest first. */
export function LedgerSection() {
  const entries = useEntries();
  return (
    <section aria-labelledby="ledger-title" className="border-t border-line py-8">
      <h2 id="ledger-title" className="pb-3 text-18 font-semibold tracking-[-0.015em]">
        Ledger
      </h2>
      <QueryState
        query={entries}
        pending={<TextSkeleton className="w-64" />}
        empty={
          <p className="text-13 text-ink-2">Nothing here yet. Each render, and what it gives back, is listed here.</p>
        }
      >
        {({ pages }) => (
          <table className="w-full text-13">
            <thead className="sr-only">
              <tr>
                <th scope="col">When</th>
                <th scope="col">What</th>
                <th scope="col">Credits</th>
              </tr>
            </thead>
            <tbody>{pages.flatMap(({ rows }) => rows.map((entry) => <Row key={entry.id} entry={entry} />))}</tbody>
          </table>
        )}
      </QueryState>
    </section>
  );
}

function Row({ entry }: { entry: Entry }) {
  const gain = entry.amount > 0;
  const reason = REASONS[entry.reason] ?? entry.reason;
  return (
    <tr className="border-t border-line align-top first:border-0">
      <td className="w-24 py-3 pr-3 text-ink-2 tablet:w-40">{dateAndTime(entry.created_at)}</td>
      <td className="py-3 pr-3">
        <span className="font-medium wrap-anywhere">{entry.title ?? (gain ? "Credits added" : "Correction")}</span>
        <span className="block text-12 text-ink-2 wrap-anywhere">{reason}</span>
      </td>
      <td className={cx("num py-3 text-right", gain && "text-ok")}>
        {gain ? "+" : "−"}
        {grouped(Math.abs(entry.amount))}
      </td>
    </tr>
  );
}

function dateAndTime(iso: string): string {
  return dateFormat({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(iso));
}
