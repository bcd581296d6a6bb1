import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import type { RenderCard } from "@/api/render-types";
import { monthName } from "@/lib/dates";
import { useNarrow } from "@/lib/use-narrow";

import { heightOf, layOut, neighbour, type Cell, type Line } from "./layout";
import { RenderTile, type Step, type TileHandlers } from "./render-tile";
import type { Selection } from "./use-selection";
import { useVisibleLines } from "./use-visible-lines";
import { renderCount } from "@/lib/words";

interface RenderGridProps {
  label: string;
  cards: readonly RenderCard[];
  selection: Selection;
  /** Renders by month (YYYY-MM), for the headings; null for a list that is not in order of time. */
  months?: ReadonlyMap<string, number> | null;
  onMonth?: (month: string) => void;
  /** A text on the picture: "29 days left", or a number. */
  note?: (card: RenderCard) => string | number | null;
  onNeedMore: () => void;
  /** Number of renders before the first one that is loaded. */
  onNeedEarlier?: () => void;
  /** The picture to scroll to once; `onReached` is called after that. */
  goal?: number | null;
  /** Nothing before the first row is left to load: what is above the list is shown with it. */
  begins?: boolean;
  onReached?: () => void;
  /** Reports the render with focus, for the keys of the page when nothing is selected. */
  onActive: (id: string | null) => void;
  /** Called when the picture of a render fails to load. */
  onBroken: (id: string) => void;
  /** Moves the render at `index` one place forwards or backwards; null where the order is not the person's own. */
  onPush?: ((index: number, step: -1 | 1) => void) | null;
  attach?: ((element: HTMLElement, card: RenderCard) => () => void) | null;
}

const GAP = { wide: 8, narrow: 6 };
const ROW_HEIGHT = 224;
const HEADING = 52;
/** The next page is requested this many lines before the end. */
const AHEAD = 6;

/**
 * Height of the grid that was shown last. A page that a person returns to has that height at once, so that its scroll
 * position can be restored.
 */
let lastWidth = 0;

/** The margins of a page on a phone. */
const MARGINS = 28;

/** Rows that fill the width; only those near the window are in the document. */
export function RenderGrid({ cards, selection, ...props }: RenderGridProps) {
  const narrow = useNarrow();
  const grid = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(() => lastWidth || window.innerWidth - (narrow ? MARGINS : 0));
  const [offset, setOffset] = useState(0);
  const byMonth = Boolean(props.months);

  useLayoutEffect(() => {
    const element = grid.current;
    if (!element) return;
    const measure = () => {
      const { width: room, top } = element.getBoundingClientRect();
      if (room > 0) setWidth((lastWidth = Math.floor(room)));
      setOffset(top + window.scrollY);
    };
    // A phone's width is known; reading it would force a layout during rendering.
    if (!narrow) measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [narrow]);

  const gap = narrow ? GAP.narrow : GAP.wide;
  const lines = useMemo(
    () =>
      layOut(cards, { width, height: ROW_HEIGHT, gap, perRow: narrow ? 2 : null, heading: byMonth ? HEADING : null }),
    [cards, width, gap, narrow, byMonth],
  );

  const [active, setActive] = useState(0);
  const [focused, setFocused] = useState<number | null>(null);
  const activeLine = lineOf(lines, active);

  // The row with focus stays in the document.
  const kept = focused === null ? -1 : activeLine;
  const { visible, lastShown, scrolled, scrollToLine } = useVisibleLines(lines, { gap, offset, kept });
  useScrollAnchoring(lines, offset);
  const { goal = null, begins = true, onReached } = props;
  useLayoutEffect(() => {
    if (goal === null || !grid.current) return;
    const at = lineOf(lines, Math.min(goal, cards.length - 1));
    // Scroll to the heading of its month, which is the line before.
    const line = lines[at - 1]?.cells === null ? lines[at - 1] : lines[at];
    window.scrollTo(
      0,
      line && (line.top > 0 || !begins) ? grid.current.getBoundingClientRect().top + window.scrollY + line.top : 0,
    );
    onReached?.();
  }, [goal, begins, lines, cards, onReached]);

  const { onNeedMore, onNeedEarlier, onMonth } = props;
  useEffect(() => {
    if (lastShown >= lines.length - AHEAD) onNeedMore();
  }, [lastShown, lines.length, onNeedMore]);
  useEffect(() => {
    if (onNeedEarlier && scrolled < offset + ROW_HEIGHT) onNeedEarlier();
  }, [onNeedEarlier, scrolled, offset]);
  const topMonth = byMonth ? lines.find((line) => line.top + line.height > scrolled - offset)?.month : undefined;
  useEffect(() => {
    if (topMonth !== undefined) onMonth?.(topMonth);
  }, [topMonth, onMonth]);
  const latest = useRef({ cards, lines, selection, ...props });
  useLayoutEffect(() => {
    latest.current = { cards, lines, selection, ...props };
  });
  const go = useCallback(
    (index: number) => {
      setActive(index);
      setFocused(index);
      scrollToLine(lineOf(latest.current.lines, index));
    },
    [scrollToLine],
  );
  const handlers = useMemo<TileHandlers>(() => {
    const idAt = (index: number) => latest.current.cards[index]?.id ?? "";
    return {
      onToggle: (index) => latest.current.selection.toggle(idAt(index)),
      onExtend: (index) => latest.current.selection.extendTo(idAt(index), idAt(index)),
      onStep: (index, step, extend) => {
        const target = stepFrom(latest.current.lines, latest.current.cards.length, index, step);
        if (extend) latest.current.selection.extendTo(idAt(target), idAt(index));
        go(target);
      },
      onPush: (index, step) => {
        const target = index + step;
        if (target < 0 || target >= latest.current.cards.length) return;
        latest.current.onPush?.(index, step);
        go(target);
      },
      onBlur: () => {
        setFocused(null);
        latest.current.onActive(null);
      },
      onBroken: (id) => latest.current.onBroken(id),
      onFocus: (index) => {
        setActive(index);
        setFocused(index);
        latest.current.onActive(latest.current.cards[index]?.id ?? null);
      },
    };
  }, [go]);

  // The bar for the selection is gone. If it had the focus, move the focus back to the pictures.
  const picking = selection.any;
  const latestActive = useRef(active);
  useEffect(() => {
    latestActive.current = active;
  });
  useEffect(() => {
    if (!picking) return;
    return () => {
      // A popover of the bar returns the focus shortly after it closes.
      setTimeout(() => {
        if (document.activeElement === document.body) setFocused(latestActive.current);
      });
    };
  }, [picking]);

  // Tab reaches the list at any scroll position: at the picture that had the focus, or else at the first visible one.
  const inSight = (line: Line) => line.top + line.height > scrolled - offset;
  const entry = visible.some(({ cells }) => cells?.some(({ index }) => index === active))
    ? active
    : visible.find((line) => line.cells !== null && inSight(line))?.cells?.[0]?.index;

  const tile = (line: Line, { card, index, left, width: cellWidth }: Cell) => (
    <RenderTile
      key={card.id}
      {...handlers}
      onPush={props.onPush ? handlers.onPush : null}
      attach={props.attach ?? null}
      card={card}
      list={props.label}
      index={index}
      left={left}
      top={line.top}
      width={cellWidth}
      height={line.height}
      active={index === entry}
      focused={index === focused}
      picked={selection.has(card.id)}
      picking={picking}
      eager={line.top < 900}
      note={props.note?.(card) ?? null}
    />
  );
  return (
    <div ref={grid} className="relative [overflow-anchor:none]" style={{ height: heightOf(lines) }}>
      {visible.map(
        (line) =>
          line.cells === null && (
            <h2
              key={line.month}
              className="absolute flex items-baseline gap-2.5 pt-4.5 text-15 font-semibold"
              style={{ top: line.top }}
            >
              {monthName(line.month)}
              <span className="text-12 font-normal text-ink-3">{renderCount(props.months?.get(line.month) ?? 0)}</span>
            </h2>
          ),
      )}
      <ul aria-label={props.label}>{visible.flatMap((line) => line.cells?.map((cell) => tile(line, cell)) ?? [])}</ul>
    </div>
  );
}

/** Keeps the scroll position when renders are added before those on the screen. */
function useScrollAnchoring(lines: readonly Line[], offset: number) {
  const before = useRef(lines);
  useLayoutEffect(() => {
    const was = before.current;
    before.current = lines;
    const firstBefore = firstCell(was);
    const first = firstCell(lines);
    if (!firstBefore || !first || firstBefore.card.id === first.card.id) return;
    // Other renders than before, as after another search: do not keep the position.
    if (!lines.some(({ cells }) => cells?.some(({ card }) => card.id === firstBefore.card.id))) return;
    const seen = was.find(({ top, height, cells }) => cells !== null && top + height + offset > window.scrollY);
    const id = seen?.cells?.[0]?.card.id;
    const now = lines.find(({ cells }) => cells?.some(({ card }) => card.id === id));
    if (seen && now && now.top !== seen.top) window.scrollBy(0, now.top - seen.top);
  }, [lines, offset]);
}

function firstCell(lines: readonly Line[]): Cell | undefined {
  return lines.find(({ cells }) => cells !== null)?.cells?.[0];
}

function lineOf(lines: readonly Line[], index: number): number {
  return lines.findIndex(({ cells }) => cells?.some((cell) => cell.index === index));
}

function stepFrom(lines: readonly Line[], count: number, index: number, step: Step): number {
  switch (step) {
    case "left":
      return Math.max(0, index - 1);
    case "right":
      return Math.min(count - 1, index + 1);
    case "up":
      return neighbour(lines, index, -1) ?? index;
    case "down":
      return neighbour(lines, index, 1) ?? index;
    case "first":
      return 0;
    case "last":
      return count - 1;
  }
}
