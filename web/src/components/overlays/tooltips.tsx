import { Tooltip } from "radix-ui";
import { useEffect, useRef, useState } from "react";

import { Kbd } from "@/components/ui/kbd";
import { Anchor } from "./anchor";

/** Milliseconds before a tooltip opens, so that none opens while the pointer passes. */
const TOOLTIP_DELAY_MS = 400;

/** Milliseconds in which the next tooltip opens at once, for reading along a row of icons. Radix's default. */
const TOOLTIP_SKIP_MS = 300;

function named(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>("[data-tooltip]") : null;
}

/** The one tooltip of the page, for the element with `data-tooltip` under the pointer or with keyboard focus. */
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
