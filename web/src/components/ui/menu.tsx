import { cx } from "class-variance-authority";
import { DropdownMenu as Radix } from "radix-ui";
import type { ComponentProps, ReactElement, ReactNode } from "react";

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement;
  side?: "top" | "right" | "bottom" | "left";
  align?: "start" | "center" | "end";
  /** Distance to the button in px. */
  offset?: number;
  children: ReactNode;
}

/** A list of actions behind a button. The page behind it stays alive: the next click closes the list and counts. */
export function Menu({ trigger, side = "bottom", align = "end", offset = 6, children }: MenuProps) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          align={align}
          sideOffset={offset}
          collisionPadding={12}
          className="float-in z-30 min-w-52 rounded-md bg-raised p-1.5 shadow-2"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface MenuItemProps extends ComponentProps<typeof Radix.Item> {
  icon?: ReactNode;
  danger?: boolean;
}

export function MenuItem({ icon, danger = false, className, children, asChild, ...rest }: MenuItemProps) {
  const style = cx(
    "flex min-h-(--tap) items-center gap-2.5 rounded-sm px-2.5 text-13 outline-none select-none data-highlighted:bg-hover",
    danger && "text-danger",
    className,
  );
  if (asChild) {
    return (
      <Radix.Item {...rest} asChild className={style}>
        {children}
      </Radix.Item>
    );
  }
  return (
    <Radix.Item {...rest} className={style}>
      {icon}
      {children}
    </Radix.Item>
  );
}

export function MenuSeparator() {
  return <Radix.Separator className="mx-2.5 my-1.5 h-px bg-line" />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2.5 py-1.5 text-12 text-ink-3">{children}</Radix.Label>;
}
