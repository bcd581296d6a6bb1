const formats = new Map<string, Intl.DateTimeFormat>();

/** A format of dates, made at its first use: that takes milliseconds, and lists have a date in every row. */
export function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.DateTimeFormat("en-GB", options);
  formats.set(key, format);
  return format;
}

// By hand: a browser's first Intl.DateTimeFormat costs a phone 100 ms, more than the page that it would be on.
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

/** "1 December". A moment where the person is; with `timeZone` "UTC" a day (YYYY-MM-DD), the same for everybody. */
export function dayAndMonth(iso: string, timeZone?: "UTC"): string {
  const date = new Date(iso);
  return timeZone
    ? `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`
    : `${date.getDate()} ${MONTHS[date.getMonth()]}`;
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
