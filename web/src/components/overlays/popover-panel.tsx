import { cx } from "class-variance-authority";
import { Popover } from "radix-ui";

import { Anchor, PANEL_STYLE, type PanelProps } from "./anchor";

interface PopoverPanelProps extends PanelProps {
  label: string;
  className: string | undefined;
}

export function PopoverPanel({
  id,
  button,
  label,
  open,
  onOpenChange,
  side,
  align,
  offset,
  className,
  children,
}: PopoverPanelProps) {
  return (
    <Popover.Root open={open} onOpenChange={onOpenChange}>
      <Popover.Trigger asChild>
        <Anchor button={button} />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          id={id}
          aria-label={label}
          side={side}
          align={align}
          sideOffset={offset}
          collisionPadding={12}
          className={cx(
            PANEL_STYLE,
            "max-h-(--radix-popover-content-available-height) overflow-y-auto p-2 outline-none",
            className,
          )}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
