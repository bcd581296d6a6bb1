import { useLayoutEffect, useMemo, useRef } from "react";

type Handlers = Record<string, (...given: never[]) => unknown>;

/** Functions that stay the same at each drawing and call the latest ones: for components with `memo`. */
export function useStableHandlers<H extends Handlers>(handlers: H): H {
  const latest = useRef<Handlers>(handlers);
  useLayoutEffect(() => {
    latest.current = handlers;
  });
  const names = Object.keys(handlers).join();
  return useMemo(() => {
    const stable: Handlers = {};
    for (const name of names.split(",")) stable[name] = (...given) => latest.current[name]?.(...given);
    return stable as H;
  }, [names]);
}
