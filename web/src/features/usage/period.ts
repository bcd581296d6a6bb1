import { dayOf } from "@/lib/dates";

const DAY_MS = 86_400_000;

export interface DayBar {
  /** YYYY-MM-DD in the person's time zone. */
  day: string;
  credits: number;
  when: "past" | "today" | "future";
}

/** Every day of a period in order, days without a render included. */
export function daysOfPeriod(
  starts: string,
  ends: string,
  spent: readonly { day: string; credits: number }[],
  now: Date = new Date(),
): DayBar[] {
  const byDay = new Map(spent.map(({ day, credits }) => [day, credits]));
  const today = dayOf(now);
  const bars: DayBar[] = [];
  const first = new Date(starts);
  const last = dayOf(new Date(Date.parse(ends) - 1));
  // By the calendar: a day in which the clocks change has 23 or 25 hours.
  for (let day = "", later = 0; day < last; later++) {
    day = dayOf(new Date(first.getFullYear(), first.getMonth(), first.getDate() + later));
    bars.push({ day, credits: byDay.get(day) ?? 0, when: day < today ? "past" : day === today ? "today" : "future" });
  }
  return bars;
}

/** Credits that will be used by the end of the period at the current rate; null in its first two days. */
export function projected(starts: string, ends: string, used: number, now: Date = new Date()): number | null {
  const gone = now.getTime() - Date.parse(starts);
  if (gone < 2 * DAY_MS) return null;
  return Math.round((used / gone) * (Date.parse(ends) - Date.parse(starts)));
}
