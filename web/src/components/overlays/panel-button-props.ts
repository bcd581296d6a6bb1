/** ARIA attributes of a button that opens a panel: https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/. */
export function panelButtonProps(kind: "menu" | "dialog", panelId: string, open: boolean) {
  return { "aria-haspopup": kind, "aria-expanded": open, "aria-controls": open ? panelId : undefined } as const;
}
