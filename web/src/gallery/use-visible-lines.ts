import {
  defaultRangeExtractor,
  useWindowVirtualizer,
  windowScroll,
  type Range,
  type VirtualizerOptions,
} from "@tanstack/react-virtual";
import { useCallback, useLayoutEffect, useRef, useState } from "react";

import type { Line } from "./layout";

/** Lines that are rendered beyond the window, on each side. */
const OVERSCAN = 3;

const windowSize = () => ({ width: window.innerWidth, height: window.innerHeight });

/** As the library does it, but not during rendering, where reading the size would force a layout. */
function observeElementRect(_: unknown, changed: (size: { width: number; height: number }) => void) {
  const resized = () => changed(windowSize());
  window.addEventListener("resize", resized, { passive: true });
  return () => window.removeEventListener("resize", resized);
}

interface Options {
  /** Between the rows, in px. */
  gap: number;
  /** The top of the grid in the document, in px. */
  offset: number;
  /** A line that stays in the document, however far the page is scrolled; -1 for none. */
  kept: number;
}

/** The lines near the window, the scroll position in px, and a function that scrolls to a line. */
export function useVisibleLines(lines: readonly Line[], { gap, offset, kept }: Options) {
  const [screen] = useState(windowSize);
  const attached = useRef(false);
  // Attaching scrolls to the window's position, which would force a layout during rendering.
  const scrollToFn = useCallback<VirtualizerOptions<Window, Element>["scrollToFn"]>((...scroll) => {
    if (attached.current) windowScroll(...scroll);
  }, []);
  const virtualizer = useWindowVirtualizer({
    count: lines.length,
    estimateSize: (index) => (lines[index]?.height ?? 0) + (lines[index]?.cells ? gap : 0),
    overscan: OVERSCAN,
    scrollMargin: offset,
    // Known before the first paint, so the tiles are rendered with the page, in slices.
    initialRect: screen,
    observeElementRect,
    scrollToFn,
    rangeExtractor: (range: Range) => withLine(defaultRangeExtractor(range), kept),
  });
  useLayoutEffect(() => {
    attached.current = true;
  }, []);
  const measured = useRef(lines);
  useLayoutEffect(() => {
    if (measured.current !== lines) virtualizer.measure();
    measured.current = lines;
  }, [virtualizer, lines]);

  const shown = virtualizer.getVirtualItems();
  const scrollToLine = useCallback((line: number) => virtualizer.scrollToIndex(line, { align: "auto" }), [virtualizer]);
  return {
    visible: shown.map(({ index }) => lines[index]).filter((line) => line !== undefined),
    lastShown: shown.at(-1)?.index ?? -1,
    scrolled: virtualizer.scrollOffset ?? 0,
    scrollToLine,
  };
}

function withLine(indexes: number[], line: number): number[] {
  return line < 0 || indexes.includes(line) ? indexes : [...indexes, line].sort((a, b) => a - b);
}
