/** "1 December". A moment where the person is; with `timeZone` "UTC" a day (YYYY-MM-DD), the same for everybody. */
export function dayAndMonth(iso: string, timeZone?: "UTC"): string {
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone }).format(new Date(iso));
}
