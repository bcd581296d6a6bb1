import { useRef } from "react";

/** Where the focus goes when a dialog opens and closes; spread on Radix' Dialog.Content. */
export function useDialogFocus() {
  const opener = useRef<Element>(null);
  return {
    onOpenAutoFocus: (event: Event) => {
      opener.current = openerOf(document.activeElement);
      event.preventDefault();
      if (!(event.currentTarget instanceof HTMLElement)) return;
      // The dialog itself, not its first button, whose tooltip would open. autoFocus would hide who opened it.
      const wanted = event.currentTarget.querySelector<HTMLElement>("[data-autofocus]") ?? event.currentTarget;
      wanted.focus();
      if (wanted instanceof HTMLInputElement) wanted.select();
    },
    onCloseAutoFocus: (event: Event) => {
      // Radix gives the focus back to a Dialog.Trigger only, and ours are opened by state.
      event.preventDefault();
      if (opener.current instanceof HTMLElement) opener.current.focus();
    },
  };
}

/** An item of a menu is gone when the dialog closes; the button of the menu is there. */
function openerOf(focused: Element | null): Element | null {
  const menu = focused?.closest("[role=menu]");
  return menu ? document.getElementById(menu.getAttribute("aria-labelledby") ?? "") : focused;
}
