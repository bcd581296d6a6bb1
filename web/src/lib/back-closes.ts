import { useEffect, useRef } from "react";

const TOUCH = "(pointer: coarse), (max-width: 719px)";

interface Layer {
  close: () => void;
}

/** The open layers, the topmost last. Each has an entry in the browser's history, which says its number. */
const layers: Layer[] = [];
let entries = 0;
/** Steps back that were made here, whose events are not the person's. */
let own = 0;
let settling: ReturnType<typeof setTimeout> | undefined;

/** On a phone, Back closes what lies over the page (a dialog, a sheet, the viewer) instead of leaving the page. */
export function useBackCloses(open: boolean, close: () => void) {
  const latest = useRef(close);
  useEffect(() => {
    latest.current = close;
  });
  useEffect(() => {
    if (!open || !window.matchMedia(TOUCH).matches) return;
    const layer = { close: () => latest.current() };
    window.addEventListener("popstate", followHistory);
    layers.push(layer);
    settleSoon();
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      settleSoon();
    };
  }, [open]);
}

/** One layer often opens as another closes: the history is changed once for both. */
function settleSoon() {
  clearTimeout(settling);
  settling = setTimeout(settle);
}

function settle() {
  for (; entries < layers.length; entries++) {
    // Past the router, which wraps the method of the instance: for the router it stays the same page.
    History.prototype.pushState.call(window.history, { ...stateNow(), layer: entries + 1 }, "");
  }
  const closed = entries - layers.length;
  entries = layers.length;
  // Without the number, a link in the layer was followed: the page before has to stay in the history.
  if (closed === 0 || layerNow() === 0) return;
  own++;
  window.history.go(-closed);
}

function followHistory() {
  if (own > 0) {
    own--;
    return;
  }
  const here = layerNow();
  // The entry of a layer from which a link was followed: nothing is open here any more.
  if (here > layers.length) window.history.back();
  entries = Math.min(entries, here);
  for (const layer of layers.slice(here).reverse()) layer.close();
}

function stateNow(): { layer?: number } {
  return (window.history.state ?? {}) as { layer?: number };
}

function layerNow(): number {
  return stateNow().layer ?? 0;
}
