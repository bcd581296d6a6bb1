/** The person's time zone, by its IANA name. Temporal answers at once; Intl takes 50 ms at its first use. */
export function timeZone(): string {
  const { Temporal } = globalThis as { Temporal?: { Now: { timeZoneId: () => string } } };
  return Temporal?.Now.timeZoneId() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}
