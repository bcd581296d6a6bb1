const DAY_MS = 86_400_000;

export interface DayBar {
  /** YYYY-MM-DD in UTC. */
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
  const today = now.toISOString().slice(0, 10);
  const bars: DayBar[] = [];
  for (let at = Date.parse(starts.slice(0, 10)); at < Date.parse(ends); at += DAY_MS) {
    const day = new Date(at).toISOString().slice(0, 10);
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
