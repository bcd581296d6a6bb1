import { dateFormat } from "@/lib/dates";

/** "1 render", "12 renders". */
export function renderCount(count: number): string {
  return `${count} ${count === 1 ? "render" : "renders"}`;
}

/** "November 2026" for 2026-11. */
export function monthName(month: string): string {
  return dateFormat({ month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${month}-01T00:00:00Z`));
}
