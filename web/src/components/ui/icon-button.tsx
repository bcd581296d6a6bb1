import { cx } from "class-variance-authority";
import type { ReactNode } from "react";

import { Button, buttonStyle, type ButtonProps } from "./button";

interface IconButtonProps extends Omit<ButtonProps, "children" | "aria-label"> {
  /** The accessible name, shown as tooltip too. */
  label: string;
  /** The key that does the same, shown in the tooltip. */
  shortcut?: string;
  children: ReactNode;
}

/** A button with only an icon: it always has a name and a tooltip. */
export function IconButton({ label, shortcut, variant, size, className, children, ...rest }: IconButtonProps) {
  return (
    <Button
      {...rest}
      variant={variant}
      size={size}
      aria-label={label}
      data-tooltip={label}
      data-shortcut={shortcut}
      className={cx(buttonStyle({ variant, size, icon: true }), className)}
    >
      {children}
    </Button>
  );
}
