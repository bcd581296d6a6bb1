import { grouped } from "./numbers";

/** "1 credit", "8 credits". */
export function credits(amount: number): string {
  return `${grouped(amount)} ${amount === 1 ? "credit" : "credits"}`;
}
