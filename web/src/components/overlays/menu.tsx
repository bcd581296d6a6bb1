import { cx } from "class-variance-authority";
import { Slot } from "radix-ui";
import {
  useId,
  useRef,
  useState,
  type ComponentProps,
  type KeyboardEvent,
  type ReactElement,
  type ReactNode,
} from "react";

import type { PanelProps } from "./anchor";
import type { MenuItem as RadixItem } from "./menu-panel";
import { panelButtonProps } from "./panel-button-props";
import { useOverlays } from "./use-overlays";

interface MenuProps extends Partial<Pick<PanelProps, "side" | "align" | "offset">> {
  /** The button that opens it. */
  trigger: ReactElement;
  children: ReactNode;
}

/** A list of actions behind a button. The page stays usable: the next click closes the list and also has its effect. */
export function Menu({ trigger, side = "bottom", align = "end", offset = 6, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const [byKeyboard, setByKeyboard] = useState(false);
  const id = useId();
  const buttonId = useId();
  const button = useRef<HTMLElement>(null);
  const overlays = useOverlays(open, () => setOpen(false));
  const toggle = (to: boolean, keyboard: boolean) => {
    setOpen(to);
    setByKeyboard(keyboard);
  };
  return (
    <>
      <Slot.Root
        ref={button}
        id={buttonId}
        {...panelButtonProps("menu", id, open)}
        onClick={({ detail }) => toggle(!open, detail === 0)}
        onKeyDown={(event: KeyboardEvent) => {
          if (event.key !== "ArrowDown") return;
          event.preventDefault();
          toggle(true, true);
        }}
      >
        {trigger}
      </Slot.Root>
      {overlays && (
        <overlays.MenuPanel
          id={id}
          button={button}
          labelledBy={buttonId}
          byKeyboard={byKeyboard}
          open={open}
          onOpenChange={setOpen}
          side={side}
          align={align}
          offset={offset}
        >
          {children}
        </overlays.MenuPanel>
      )}
    </>
  );
}

interface MenuItemProps extends ComponentProps<typeof RadixItem> {
  icon?: ReactNode;
  danger?: boolean;
}

export function MenuItem({ icon, danger = false, className, children, asChild, ...rest }: MenuItemProps) {
  const overlays = useOverlays(true);
  if (!overlays) return null;
  const style = cx(
    "flex min-h-(--tap) items-center gap-2.5 rounded-sm px-2.5 text-13 outline-none select-none data-highlighted:bg-hover",
    danger && "text-danger",
    className,
  );
  if (asChild) {
    return (
      <overlays.MenuItem {...rest} asChild className={style}>
        {children}
      </overlays.MenuItem>
    );
  }
  return (
    <overlays.MenuItem {...rest} className={style}>
      {icon}
      {children}
    </overlays.MenuItem>
  );
}

export function MenuSeparator() {
  const overlays = useOverlays(true);
  return overlays && <overlays.MenuSeparator className="mx-2.5 my-1.5 h-px bg-line" />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  const overlays = useOverlays(true);
  return overlays && <overlays.MenuLabel className="px-2.5 py-1.5 text-12 text-ink-3">{children}</overlays.MenuLabel>;
}
