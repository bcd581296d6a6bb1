import { useRef } from "react";

/** Where the focus goes when a dialog opens and closes; spread on Radix' Dialog.Content. */
export function useDialogFocus() {
  const opener = useRef<Element>(null);
  return {
    onOpenAutoFocus: (event: Event) => {
      opener.current = document.activeElement;
      // The dialog itself, not its first button, whose tooltip would open. A field with autoFocus has it already.
      event.preventDefault();
      if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
    },
    onCloseAutoFocus: (event: Event) => {
      // Radix gives the focus back to a Dialog.Trigger only, and ours are opened by state.
      event.preventDefault();
      if (opener.current instanceof HTMLElement) opener.current.focus();
    },
  };
}
