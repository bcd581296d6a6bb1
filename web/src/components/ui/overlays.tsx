import { cx } from "class-variance-authority";
import { DropdownMenu, Popover, Tooltip } from "radix-ui";
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type ReactNode, type Ref, type RefObject } from "react";

import { Kbd } from "./kbd";

type Button = RefObject<HTMLElement | null>;

/** Milliseconds before a tooltip: long enough not to flicker under a passing pointer. */
const TOOLTIP_DELAY_MS = 400;

/** Milliseconds in which the next one comes at once: one reads along a row of icons. Radix's own default. */
const TOOLTIP_SKIP_MS = 300;

const PANEL = "float-in z-30 rounded-md bg-raised shadow-2";

/** Stands for a button that is there without Radix, which places a panel at it and gives the focus back to it. */
function Anchor({ button, ref }: { button: Button; ref?: Ref<HTMLElement | null> }) {
  useImperativeHandle<HTMLElement | null, HTMLElement | null>(ref, () => button.current, [button]);
  return null;
}

export interface PanelProps {
  id: string;
  button: Button;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  side: "top" | "right" | "bottom" | "left";
  align: "start" | "center" | "end";
  /** Distance to the button in px. */
  offset: number;
  children: ReactNode;
}

interface PopoverPanelProps extends PanelProps {
  label: string;
  className: string | undefined;
}

export function PopoverPanel({ id, button, label, open, onOpenChange, side, align, offset, className, children }: PopoverPanelProps) {
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
          className={cx(PANEL, "max-h-(--radix-popover-content-available-height) overflow-y-auto p-2 outline-none", className)}
        >
          {children}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

interface MenuPanelProps extends PanelProps {
  labelledBy: string;
  /** By a key, which puts the focus on the first action. */
  byKeyboard: boolean;
}

export function MenuPanel({ id, button, labelledBy, byKeyboard, open, onOpenChange, side, align, offset, children }: MenuPanelProps) {
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
            // The button closes it by itself: closed already, it would open it again.
            if (button.current?.contains(event.target as Node)) event.preventDefault();
          }}
          className={cx(PANEL, "min-w-52 p-1.5")}
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

function named(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-tooltip]") : null;
}

/** The one tooltip of the page, at whatever has `data-tooltip` under the pointer or with the focus of the keyboard. */
export function Tooltips() {
  const [shown, setShown] = useState<HTMLElement | null>(null);
  const button = useRef<HTMLElement>(null);
  useEffect(() => {
    let over: HTMLElement | null = null;
    let hiddenAt = -Infinity;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (target: HTMLElement, delay: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        button.current = target;
        setShown(target);
      }, delay);
    };
    const hide = () => {
      clearTimeout(timer);
      if (button.current) hiddenAt = performance.now();
      button.current = null;
      setShown(null);
    };
    const onPointerOver = ({ target, pointerType }: PointerEvent) => {
      const next = pointerType === "touch" ? null : named(target);
      if (next === over) return;
      over = next;
      hide();
      if (next) show(next, performance.now() - hiddenAt < TOOLTIP_SKIP_MS ? 0 : TOOLTIP_DELAY_MS);
    };
    const onFocus = ({ target }: FocusEvent) => {
      const next = named(target);
      if (next?.matches(":focus-visible")) show(next, 0);
    };
    const onKeyDown = ({ key }: KeyboardEvent) => {
      if (key === "Escape") hide();
    };
    const listening = new AbortController();
    const options = { signal: listening.signal, capture: true, passive: true };
    document.addEventListener("pointerover", onPointerOver, options);
    document.documentElement.addEventListener("pointerleave", hide, { signal: listening.signal });
    document.addEventListener("focusin", onFocus, options);
    document.addEventListener("focusout", hide, options);
    document.addEventListener("keydown", onKeyDown, options);
    for (const name of ["pointerdown", "click", "scroll"]) document.addEventListener(name, hide, options);
    return () => {
      clearTimeout(timer);
      listening.abort();
    };
  }, []);
  if (!shown) return null;
  const { tooltip, shortcut } = shown.dataset;
  return (
    <Tooltip.Provider>
      <Tooltip.Root open>
        <Tooltip.Trigger asChild>
          <Anchor button={button} />
        </Tooltip.Trigger>
        <Tooltip.Portal>
          <Tooltip.Content
            sideOffset={6}
            collisionPadding={8}
            className="pointer-events-none float-in z-50 flex items-center gap-2 rounded-sm bg-float px-2 py-1 text-12 text-on-float"
          >
            {tooltip}
            {shortcut && <Kbd>{shortcut}</Kbd>}
          </Tooltip.Content>
        </Tooltip.Portal>
      </Tooltip.Root>
    </Tooltip.Provider>
  );
}
