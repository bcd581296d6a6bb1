import { grouped } from "./numbers";

/** "1 credit", "8 credits". */
export function credits(count: number): string {
  return counted(count, "credit");
}

/** "1 render", "1,200 renders". */
export function renderCount(count: number): string {
  return counted(count, "render");
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}
