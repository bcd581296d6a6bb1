const formats = new Map<string, Intl.DateTimeFormat>();

/** A format of dates, made at its first use: that takes milliseconds, and lists have a date in every row. */
export function dateFormat(options: Intl.DateTimeFormatOptions, locale = "en-GB"): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, format);
  return format;
}

/** "1 December". A moment where the person is; with `timeZone` "UTC" a day (YYYY-MM-DD), the same for everybody. */
export function dayAndMonth(iso: string, timeZone?: "UTC"): string {
  return dateFormat({ day: "numeric", month: "long", ...(timeZone && { timeZone }) }).format(new Date(iso));
}
