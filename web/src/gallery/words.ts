/** "1 render", "12 renders". */
export function renderCount(count: number): string {
  return `${count} ${count === 1 ? "render" : "renders"}`;
}
