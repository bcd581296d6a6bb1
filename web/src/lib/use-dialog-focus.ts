import { useRef } from "react";

/** Focus when a dialog opens and closes; spread the result on Radix' Dialog.Content. */
export function useDialogFocus() {
  const opener = useRef<Element>(null);
  return {
    onOpenAutoFocus: (event: Event) => {
      opener.current = openerOf(document.activeElement);
      event.preventDefault();
      if (!(event.currentTarget instanceof HTMLElement)) return;
      // Focus the dialog itself: on its first button, the tooltip would open. autoFocus would hide which element opened
      // it.
      const wanted = event.currentTarget.querySelector<HTMLElement>("[data-autofocus]") ?? event.currentTarget;
      wanted.focus();
      if (wanted instanceof HTMLInputElement) wanted.select();
    },
    onCloseAutoFocus: (event: Event) => {
      // Radix returns the focus only to a Dialog.Trigger, and our dialogs are opened by state.
      event.preventDefault();
      if (opener.current instanceof HTMLElement) opener.current.focus();
    },
  };
}

/** A menu item no longer exists when the dialog closes; the button of the menu does. */
function openerOf(focused: Element | null): Element | null {
  const menu = focused?.closest("[role=menu]");
  return menu ? document.getElementById(menu.getAttribute("aria-labelledby") ?? "") : focused;
}
