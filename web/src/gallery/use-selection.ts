import { useMemo, useState } from "react";

interface State {
  ids: ReadonlySet<string>;
  /** The selection before the current range, so that a range that becomes shorter deselects the rest. */
  base: ReadonlySet<string>;
  /** The start of a range. */
  anchor: string | null;
  /** Also those that are not loaded. */
  all: boolean;
}

const NONE: ReadonlySet<string> = new Set();
const NOTHING: State = { ids: NONE, base: NONE, anchor: null, all: false };

/** The selected renders of a list; `order` are the loaded ids as shown. Another list starts without a selection. */
export function useSelection(order: readonly string[], list: string) {
  const [state, setState] = useState(NOTHING);
  const [of, setOf] = useState(list);
  if (of !== list) {
    setOf(list);
    setState(NOTHING);
  }
  return useMemo(() => {
    const { ids, base, anchor, all } = state;
    const has = (id: string) => all || ids.has(id);
    return {
      all,
      has,
      /** The selected ones that are loaded, in the order of the list. */
      ids: order.filter(has),
      any: all || ids.size > 0,
      toggle: (id: string) => {
        setState(({ ids: before, all: everything }) => {
          const next = new Set(everything ? order : before);
          if (!next.delete(id)) next.add(id);
          return { ids: next, base: next, anchor: id, all: false };
        });
      },
      /** Selects from the last selected one to here, instead of the range before. */
      extendTo: (id: string, from: string) => {
        const goesOn = anchor !== null && ids.has(anchor);
        const start = order.indexOf(goesOn ? anchor : from);
        const end = order.indexOf(id);
        const range = order.slice(Math.min(start, end), Math.max(start, end) + 1);
        const kept = goesOn ? base : ids;
        setState({ ids: new Set([...kept, ...range]), base: kept, anchor: order[start] ?? id, all: false });
      },
      pickLoaded: () => setState({ ids: new Set(order), base: NONE, anchor, all: false }),
      pickAll: () => setState({ ids: new Set(order), base: NONE, anchor, all: true }),
      clear: () => setState(NOTHING),
    };
  }, [state, order]);
}

export type Selection = ReturnType<typeof useSelection>;
