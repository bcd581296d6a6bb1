import { Slot } from "radix-ui";
import { useId, useRef, useState, type ReactElement, type ReactNode } from "react";

import { panelButtonProps } from "./panel-button-props";
import { useOverlays } from "./use-overlays";
import type { PanelProps } from "./anchor";

interface PopoverProps extends Partial<Pick<PanelProps, "open" | "onOpenChange" | "side" | "align">> {
  /** The button that opens it. */
  trigger: ReactElement;
  /** What it contains, for screen readers. */
  label: string;
  className?: string;
  children: ReactNode;
}

export function Popover({
  trigger,
  label,
  open: given,
  onOpenChange,
  side = "bottom",
  align = "start",
  className,
  children,
}: PopoverProps) {
  const [own, setOwn] = useState(false);
  const open = given ?? own;
  const change = onOpenChange ?? setOwn;
  const id = useId();
  const button = useRef<HTMLElement>(null);
  const overlays = useOverlays(open, () => change(false));
  return (
    <>
      <Slot.Root ref={button} {...panelButtonProps("dialog", id, open)} onClick={() => change(!open)}>
        {trigger}
      </Slot.Root>
      {overlays && (
        <overlays.PopoverPanel
          id={id}
          button={button}
          label={label}
          open={open}
          onOpenChange={change}
          side={side}
          align={align}
          offset={6}
          className={className}
        >
          {children}
        </overlays.PopoverPanel>
      )}
    </>
  );
}
