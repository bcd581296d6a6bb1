import { autoScrollWindowForElements } from "@atlaskit/pragmatic-drag-and-drop-auto-scroll/element";
import { attachClosestEdge, extractClosestEdge } from "@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge";
import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import { draggable, dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useCallback, useEffect, useRef } from "react";

import type { RenderCard } from "@/api/render-types";

/**
 * Lets tiles be dragged into another order. `order` are the ids as shown; `onMove` gets the id that the render is
 * placed behind, or null for the first place. Give the result as `attach` of a RenderGrid.
 */
export function useReorder(order: readonly string[], onMove: (renderId: string, behind: string | null) => void) {
  const latest = useRef({ order, onMove });
  useEffect(() => {
    latest.current = { order, onMove };
  });
  useEffect(() => autoScrollWindowForElements(), []);

  return useCallback((element: HTMLElement, { id }: RenderCard) => {
    const clear = () => {
      delete element.dataset.edge;
    };
    return combine(
      draggable({
        element,
        getInitialData: () => ({ renderId: id }),
        onDragStart: () => {
          element.dataset.dragged = "";
        },
        onDrop: () => {
          delete element.dataset.dragged;
        },
      }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => typeof source.data.renderId === "string" && source.data.renderId !== id,
        getData: ({ input }) => attachClosestEdge({}, { element, input, allowedEdges: ["left", "right"] }),
        onDrag: ({ self }) => {
          element.dataset.edge = extractClosestEdge(self.data) ?? "";
        },
        onDragLeave: clear,
        onDrop: ({ self, source }) => {
          clear();
          const moved = String(source.data.renderId);
          const others = latest.current.order.filter((each) => each !== moved);
          const behind = extractClosestEdge(self.data) === "right" ? id : (others[others.indexOf(id) - 1] ?? null);
          latest.current.onMove(moved, behind);
        },
      }),
    );
  }, []);
}

/** The id behind which the render at `index` is placed when it moves one place backwards (−1) or forwards (1). */
export function behindAfterPush(order: readonly string[], index: number, step: -1 | 1): string | null {
  return order[step === 1 ? index + 1 : index - 2] ?? null;
}
