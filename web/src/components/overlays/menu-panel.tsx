import { cx } from "class-variance-authority";
import { DropdownMenu } from "radix-ui";
import { useLayoutEffect, useRef } from "react";

import { Anchor, PANEL_STYLE, type PanelProps } from "./anchor";

interface MenuPanelProps extends PanelProps {
  labelledBy: string;
  /** Opened by a key: the focus goes to the first action. */
  byKeyboard: boolean;
}

export function MenuPanel({
  id,
  button,
  labelledBy,
  byKeyboard,
  open,
  onOpenChange,
  side,
  align,
  offset,
  children,
}: MenuPanelProps) {
  return (
    <DropdownMenu.Root modal={false} open={open} onOpenChange={onOpenChange}>
      <DropdownMenu.Trigger asChild>
        <Anchor button={button} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          id={id}
          aria-labelledby={labelledBy}
          side={side}
          align={align}
          sideOffset={offset}
          collisionPadding={12}
          onInteractOutside={(event) => {
            // The button itself closes it. If it were closed already, the button would open it again.
            if (button.current?.contains(event.target as Node)) event.preventDefault();
          }}
          className={cx(PANEL_STYLE, "min-w-52 p-1.5")}
        >
          {byKeyboard && <FocusFirst />}
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function FocusFirst() {
  const here = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    here.current?.parentElement?.querySelector<HTMLElement>('[role="menuitem"]:not([data-disabled])')?.focus();
  }, []);
  return <span ref={here} hidden />;
}

export const MenuItem = DropdownMenu.Item;
export const MenuSeparator = DropdownMenu.Separator;
export const MenuLabel = DropdownMenu.Label;
