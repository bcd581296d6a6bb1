import { useEffect, useState } from "react";

import type { Generation } from "../types";

/** The estimate of the last answer, counted down until the next one; null while unknown. */
export function useSecondsLeft(generation: Generation | null, answeredAt: number): number | null {
  const [now, setNow] = useState(answeredAt);
  const estimate = generation?.seconds_left ?? null;
  const counting = estimate !== null;
  useEffect(() => {
    if (!counting) return;
    const tick = () => {
      setNow(Date.now());
    };
    tick();
    const timer = setInterval(tick, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [counting, answeredAt]);

  if (estimate === null) return null;
  return Math.max(1, estimate - Math.max(0, Math.floor((now - answeredAt) / 1000)));
}
