const formats = new Map<string, Intl.DateTimeFormat>();

/** A date format, made at its first use: that takes milliseconds, and lists have a date in every row. */
export function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.DateTimeFormat("en-GB", options);
  formats.set(key, format);
  return format;
}

// Without Intl: the first Intl.DateTimeFormat takes 100 ms on a phone, longer than the page that shows it.
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** YYYY-MM-DD in the person's time zone. */
export function dayOf(date: Date): string {
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, "0")).join("-");
}

/**
 * "1 December". For a time, the day in the person's time zone; with `timeZone` "UTC" a day (YYYY-MM-DD), the same
 * everywhere.
 */
export function dayAndMonth(iso: string, timeZone?: "UTC"): string {
  const date = new Date(iso);
  return timeZone
    ? `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
    : `${date.getDate()} ${MONTHS[date.getMonth()]}`;
}

/** "09:30", in the person's time zone. */
export function timeOfDay(iso: string): string {
  const date = new Date(iso);
  return [date.getHours(), date.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** "November 2026" for 2026-11. */
export function monthName(month: string): string {
  return `${MONTHS[new Date(month).getUTCMonth()]} ${month.slice(0, 4)}`;
}

/** "Nov" for 2026-11, or "Nov 26". */
export function shortMonthName(month: string, withYear: boolean): string {
  const name = monthName(month);
  return withYear ? `${name.slice(0, 3)} ${name.slice(-2)}` : name.slice(0, 3);
}
