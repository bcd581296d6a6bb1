import { cx } from "class-variance-authority";
import type { CSSProperties } from "react";

import { QueryState } from "@/components/query-state";
import { dayAndMonth } from "@/lib/dates";

import { useDays } from "../api/use-days";
import { daysOfPeriod } from "../period";
import type { Usage } from "../types";

const LINES = 3;

/** Credits of each day of the period as bars on a ruler, with a table for screen readers. */
export function DaysChart({ usage }: { usage: Usage }) {
  return (
    <section aria-labelledby="days-title">
      <h2 id="days-title" className="pb-3.5 text-15 font-semibold">
        Credits by day
      </h2>
      <QueryState query={useDays()} pending={<div aria-hidden className="h-[136px] border-b border-ink" />}>
        {(spent) => <Bars bars={daysOfPeriod(usage.period_start, usage.resets_at, spent)} />}
      </QueryState>
    </section>
  );
}

function Bars({ bars }: { bars: ReturnType<typeof daysOfPeriod> }) {
  const largest = Math.max(LINES, ...bars.map((bar) => bar.credits));
  const top = Math.ceil(largest / LINES) * LINES;
  const first = bars[0];
  const last = bars.at(-1);
  return (
    <>
      <div aria-hidden className="drawn relative flex h-[136px] items-end gap-[3px] border-b border-ink pr-7">
        <div className="absolute inset-0 grid grid-rows-3">
          {Array.from({ length: LINES }, (_, line) => (
            <span key={line} className="border-t border-line text-right font-mono text-11 text-ink-3">
              {top - (top / LINES) * line}
            </span>
          ))}
        </div>
        {bars.map((bar) => (
          <span
            key={bar.day}
            className={cx(
              "relative h-(--share) min-h-px min-w-0 flex-1 rounded-t-[1px]",
              bar.credits === 0
                ? "bg-line-strong"
                : bar.when === "today"
                  ? "bg-canary outline outline-on-canary"
                  : "bg-ink",
              bar.when === "future" && "opacity-40",
            )}
            style={{ "--share": `${String((bar.credits / top) * 100)}%` } as CSSProperties}
          />
        ))}
      </div>
      {first && last && (
        <p aria-hidden className="flex justify-between pt-1.5 pr-7 font-mono text-11 text-ink-3">
          <span>{dayAndMonth(first.day, "UTC")}</span>
          <span>{dayAndMonth(last.day, "UTC")}</span>
        </p>
      )}
      <table className="sr-only">
        <caption>Credits by day</caption>
        <tbody>
          {bars
            .filter((bar) => bar.credits > 0)
            .map((bar) => (
              <tr key={bar.day}>
                <th scope="row">{dayAndMonth(bar.day, "UTC")}</th>
                <td>{bar.credits}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </>
  );
}
