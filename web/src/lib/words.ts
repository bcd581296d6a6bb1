/** "1 credit", "8 credits". */
export function credits(amount: number): string {
  return `${amount} ${amount === 1 ? "credit" : "credits"}`;
}
