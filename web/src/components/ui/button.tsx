import { cva, cx, type VariantProps } from "class-variance-authority";
import type { ComponentProps, MouseEvent } from "react";

/** Also for links that look like buttons: `<Link className={buttonStyle({ variant: "line" })}>`. */
export const buttonStyle = cva(
  [
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-sm border font-[550] whitespace-nowrap",
    "transition-colors select-none",
    "aria-disabled:border-transparent aria-disabled:text-ink-3 aria-disabled:shadow-none",
    "[&_svg]:shrink-0",
  ],
  {
    variants: {
      variant: {
        // The main action of a view: Generate, Use as input, upgrade.
        canary: "border-transparent bg-canary text-on-canary hover:bg-canary-hover aria-disabled:bg-sunken",
        ink: "border-transparent bg-ink text-canvas hover:bg-ink/85 aria-disabled:bg-sunken",
        line: "border-line bg-surface shadow-1 hover:bg-[linear-gradient(var(--hover),var(--hover))] aria-disabled:bg-sunken",
        // No background of their own, so that none appears when they are blocked.
        ghost: "border-transparent hover:bg-hover active:bg-press aria-disabled:bg-transparent",
        danger: "border-transparent text-danger hover:bg-hover active:bg-press aria-disabled:bg-transparent",
        // On a translucent surface, above a picture.
        glass: "border-transparent text-on-glass hover:bg-[#ffffff24]",
      },
      size: {
        sm: "h-(--tap-sm) px-2.5 text-12",
        md: "h-(--tap) px-3.5 text-13",
        lg: "min-h-[46px] px-5 text-15 font-semibold",
      },
      icon: { true: "px-0", false: "" },
    },
    compoundVariants: [
      { icon: true, size: "sm", className: "w-(--tap-sm)" },
      { icon: true, size: "md", className: "w-(--tap)" },
      { icon: true, size: "lg", className: "w-[46px]" },
    ],
    defaultVariants: { variant: "line", size: "md", icon: false },
  },
);

export interface ButtonProps
  extends Omit<ComponentProps<"button">, "disabled">, Omit<VariantProps<typeof buttonStyle>, "icon"> {
  /** Can still be focused, but does nothing. Say why next to it, and refer to that text with aria-describedby. */
  blocked?: boolean;
}

export function Button({ variant, size, blocked = false, className, onClick, type = "button", ...rest }: ButtonProps) {
  const click = (event: MouseEvent<HTMLButtonElement>) => {
    if (blocked) event.preventDefault();
    else onClick?.(event);
  };
  return (
    <button
      {...rest}
      type={type}
      onClick={click}
      aria-disabled={blocked || undefined}
      className={cx(buttonStyle({ variant, size }), className)}
    />
  );
}
