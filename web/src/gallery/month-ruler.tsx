import { cx } from "class-variance-authority";
import { useEffect, useRef } from "react";

import { monthName, shortMonthName } from "@/lib/dates";

import { renderCount } from "@/lib/words";

interface MonthRulerProps {
  months: readonly { month: string; count: number }[];
  /** The month that is on the screen. */
  current: string | null;
  onJump: (month: string) => void;
}

/** Length in px of the tick of the month with most renders. */
const LONGEST = 16;

/** The months of a list at the edge of the window; the more renders, the longer the tick. A click scrolls there. */
export function MonthRuler({ months, current, onJump }: MonthRulerProps) {
  const largest = Math.max(...months.map(({ count }) => count));
  const ruler = useRef<HTMLElement>(null);
  // Many years do not fit into the height of the window.
  useEffect(() => {
    const [nav, here] = [ruler.current, ruler.current?.querySelector<HTMLElement>("[aria-current]")];
    if (!nav || !here) return;
    const { offsetTop: top, offsetHeight: height } = here;
    if (top < nav.scrollTop || top + height > nav.scrollTop + nav.clientHeight)
      nav.scrollTop = top - nav.clientHeight / 2;
  }, [current, months]);
  return (
    <nav
      ref={ruler}
      aria-label="Months"
      className="no-scrollbar fixed top-46 right-0 bottom-6 z-10 w-13 overflow-y-auto mask-b-from-[calc(100%-40px)] pr-2.5 pb-10 print:hidden"
    >
      <ol className="grid justify-items-end">
        {months.map(({ month, count }, index) => {
          const january = month.endsWith("-01") || index === 0;
          const here = month === current;
          return (
            <li key={month}>
              <button
                type="button"
                onClick={() => onJump(month)}
                aria-current={here || undefined}
                aria-label={`${monthName(month)}, ${renderCount(count)}`}
                title={`${monthName(month)}, ${renderCount(count)}`}
                className="group grid min-h-6 min-w-11 content-center justify-items-end gap-0.5 rounded-xs"
              >
                <span
                  aria-hidden
                  className={cx("text-11 group-hover:text-ink", here ? "font-medium text-ink" : "text-ink-3")}
                >
                  {shortMonthName(month, january)}
                </span>
                <span
                  aria-hidden
                  className={cx(here ? "h-0.5 bg-ink" : "h-px bg-line-strong")}
                  style={{ width: Math.max(4, (count / largest) * LONGEST) }}
                />
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
