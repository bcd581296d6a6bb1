import { X, type LucideIcon } from "lucide-react";
import { useEffect, type ReactNode } from "react";

import { Button, buttonStyle, type ButtonProps } from "@/components/ui/button";
import { announce } from "@/lib/announcement";
import { grouped } from "@/lib/numbers";

import { renderCount } from "@/lib/words";

interface SelectionBarProps {
  /** How many are selected. */
  count: number;
  /** How many match in total; null when unknown, or when all are selected. */
  total: number | null;
  onPickAll: () => void;
  onClear: () => void;
  /** The actions for them. */
  children: ReactNode;
}

/** Shown over a grid while renders are selected. */
export function SelectionBar({ count, total, onPickAll, onClear, children }: SelectionBarProps) {
  useEffect(() => {
    announce(`${renderCount(count)} selected`);
  }, [count]);
  return (
    <div
      role="toolbar"
      data-floating-bar
      aria-label="Selected renders"
      className="on-glass float-in fixed bottom-6 left-[calc(50%+var(--rail)/2)] z-20 flex -translate-x-1/2 items-center gap-1 rounded-lg bg-float py-1.5 pr-1.5 pl-4 whitespace-nowrap text-on-float shadow-2 max-tablet:inset-x-2 max-tablet:bottom-[calc(var(--tabs)+8px+env(safe-area-inset-bottom))] max-tablet:translate-x-0 max-tablet:flex-wrap"
    >
      <p className="text-13 font-medium">{grouped(count)} selected</p>
      {total !== null && total > count && (
        <button
          type="button"
          onClick={onPickAll}
          className="min-h-(--tap-sm) rounded-sm px-2 text-13 text-[#d8d8d2] underline underline-offset-3"
        >
          Select all {grouped(total)}
        </button>
      )}
      <span aria-hidden className="mx-2 h-5 w-px bg-[#ffffff33] max-tablet:hidden" />
      {/* On a phone these have a row of their own, so that they fit at 320 px too. */}
      <div className="flex items-center gap-1 max-tablet:order-last max-tablet:-ml-2.5 max-tablet:w-[calc(100%+10px)] max-tablet:justify-between max-tablet:gap-0">
        {children}
      </div>
      <span aria-hidden className="mx-2 h-5 w-px bg-[#ffffff33] max-tablet:hidden" />
      <button
        type="button"
        aria-label="Clear selection"
        onClick={onClear}
        className={buttonStyle({ variant: "glass", icon: true, className: "max-tablet:ml-auto" })}
      >
        <X aria-hidden size={15} strokeWidth={1.6} />
      </button>
    </div>
  );
}

interface BarButtonProps extends Omit<ButtonProps, "children" | "variant"> {
  icon: LucideIcon;
  label: string;
}

/** A button of the bar: with its text where there is space, else its icon alone with the text as tooltip. */
export function BarButton({ icon: Icon, label, ...rest }: BarButtonProps) {
  return (
    <Button {...rest} variant="glass" title={label}>
      <Icon aria-hidden size={15} strokeWidth={1.6} />
      <span className="max-desk:sr-only">{label}</span>
    </Button>
  );
}
