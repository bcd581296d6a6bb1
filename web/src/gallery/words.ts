import { grouped } from "@/lib/numbers";

/** "1 render", "1,200 renders". */
export function renderCount(count: number): string {
  return `${grouped(count)} ${count === 1 ? "render" : "renders"}`;
}
