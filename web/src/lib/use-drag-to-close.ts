import { useRef, type PointerEvent } from "react";

/** CSS pixels; releasing after a longer drag closes the sheet. */
const CLOSE_AFTER = 96;

/** Lets a finger drag a bottom sheet down by its header. With a mouse, use the Close button. */
export function useDragToClose(close: () => void) {
  const sheet = useRef<HTMLDivElement>(null);
  const from = useRef<number | null>(null);

  const moveTo = (distance: number) => {
    if (sheet.current) sheet.current.style.translate = distance > 0 ? `0 ${String(distance)}px` : "";
  };
  const handle = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.pointerType === "mouse" || (event.target as Element).closest("button")) return;
      from.current = event.clientY;
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (from.current !== null) moveTo(event.clientY - from.current);
    },
    onPointerUp: (event: PointerEvent<HTMLElement>) => {
      if (from.current === null) return;
      const distance = event.clientY - from.current;
      from.current = null;
      if (distance > CLOSE_AFTER) close();
      else moveTo(0);
    },
    onPointerCancel: () => {
      from.current = null;
      moveTo(0);
    },
  };
  return { sheet, handle };
}
