import { useEffect, useRef, type Dispatch, type PointerEvent, type SetStateAction } from "react";

import { FIT, panBy, zoomAt, type Frame, type Point, type View } from "./zoom";

/** One press of + or −. */
const STEP = 1.5;
/** Share of the scale per px of a wheel event. */
const WHEEL = 0.002;
/** The scale after a double click on the whole picture; another double click goes back. */
const CLOSE_UP = 2.5;

/**
 * Ctrl and wheel, pinch, drag, double click and buttons for a picture in `frame`; null before the frame has its layout. Pictures
 * with the same view move together.
 */
export function useZoom(frame: Frame | null, view: View, setView: Dispatch<SetStateAction<View>>) {
  const element = useRef<HTMLDivElement>(null);
  const pointers = useRef(new Map<number, Point>());

  const zoomed = view.scale > 1;

  const zoom = (factor: number, point: Point = { x: 0, y: 0 }) => {
    if (frame) setView((before) => zoomAt(before, factor, point, frame));
  };

  // React's wheel and touch listeners are passive; only an active listener can prevent scrolling.
  useEffect(() => {
    const target = element.current;
    if (!target || !frame) return;
    const turn = (event: WheelEvent) => {
      // On a page a wheel without Ctrl scrolls, until the person has zoomed in. A pinch on a trackpad sends Ctrl.
      const scrolls = !target.closest("[data-viewer]") && !event.ctrlKey && !event.metaKey;
      if (scrolls && !zoomed) return;
      event.preventDefault();
      const point = fromCentre(target, event);
      setView((before) => zoomAt(before, Math.exp(-event.deltaY * WHEEL), point, frame));
    };
    // One finger may scroll the page while the whole picture is shown; two fingers are always a pinch.
    const touch = (event: TouchEvent) => {
      if (event.touches.length > 1 && event.cancelable) event.preventDefault();
    };
    target.addEventListener("wheel", turn, { passive: false });
    target.addEventListener("touchmove", touch, { passive: false });
    return () => {
      target.removeEventListener("wheel", turn);
      target.removeEventListener("touchmove", touch);
    };
  }, [frame, setView, zoomed]);

  const down = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, fromCentre(event.currentTarget, event));
  };
  const move = (event: PointerEvent<HTMLElement>) => {
    const held = pointers.current;
    const from = held.get(event.pointerId);
    if (!from || !frame) return;
    const to = fromCentre(event.currentTarget, event);
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    held.set(event.pointerId, to);
    if (!other) {
      setView((before) => panBy(before, to.x - from.x, to.y - from.y, frame));
      return;
    }
    const centre = middle(to, other);
    const moved = { x: centre.x - middle(from, other).x, y: centre.y - middle(from, other).y };
    const factor = distance(to, other) / Math.max(1, distance(from, other));
    setView((before) => zoomAt(panBy(before, moved.x, moved.y, frame), factor, centre, frame));
  };
  const up = (event: PointerEvent<HTMLElement>) => {
    pointers.current.delete(event.pointerId);
  };

  return {
    zoomed,
    zoomIn: () => {
      zoom(STEP);
    },
    zoomOut: () => {
      zoom(1 / STEP);
    },
    reset: () => {
      setView(FIT);
    },
    surface: {
      ref: element,
      onPointerDown: down,
      onPointerMove: move,
      onPointerUp: up,
      onPointerCancel: up,
      onDoubleClick: (event: React.MouseEvent<HTMLElement>) => {
        if (zoomed) setView(FIT);
        else zoom(CLOSE_UP, fromCentre(event.currentTarget, event));
      },
    },
  };
}

function fromCentre(element: Element, { clientX, clientY }: { clientX: number; clientY: number }): Point {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: clientX - left - width / 2, y: clientY - top - height / 2 };
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
