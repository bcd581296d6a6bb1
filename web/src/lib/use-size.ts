import { useCallback, useState } from "react";

export interface Size {
  width: number;
  height: number;
}

/** The inner size of an element in px, kept up to date; null before it has a layout. Give `measure` as its ref. */
export function useSize() {
  const [size, setSize] = useState<Size | null>(null);
  const measure = useCallback((element: HTMLElement | null) => {
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  return [size, measure] as const;
}
