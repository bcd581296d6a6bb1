import type { Selected } from "@/api/render-moves";
import type { RenderCard } from "@/api/render-types";
import { DELETE } from "@/lib/keys";
import { useShortcuts, type Shortcut } from "@/lib/shortcuts";

import type { Selection } from "./use-selection";

interface GridKeys {
  selection: Selection;
  /** The render that has the focus now. */
  active: RenderCard | undefined;
  onFavorite?: (card: RenderCard) => void;
  onCollect?: () => void;
  onDownload?: (ids: readonly string[]) => void;
  onDelete?: (selected: Selected) => void;
  /** What Del does, in the list of shortcuts. */
  deleteLabel?: string;
  /** All that match are selected. */
  matching: Selected;
}

/** The keys of a grid. They work on the selection, or else on the render with focus. */
export function useGridKeys({ selection, active, matching, deleteLabel = "Move to trash", ...handlers }: GridKeys) {
  const meant = (): Selected | null => {
    if (selection.all) return matching;
    if (selection.any) return { ids: selection.ids };
    return active ? { ids: [active.id] } : null;
  };
  const { onFavorite, onCollect, onDownload, onDelete } = handlers;
  const shortcuts: Shortcut[] = [
    {
      keys: "$mod+a",
      label: "Select all that are loaded",
      run: (event) => {
        if (event.target instanceof Element && event.target.closest("input, textarea")) return;
        event.preventDefault();
        selection.pickLoaded();
      },
    },
    { keys: "Escape", label: "Clear the selection", run: selection.clear },
  ];
  if (onFavorite) shortcuts.push({ keys: "f", label: "Favorite", run: () => active && onFavorite(active) });
  if (onCollect) shortcuts.push({ keys: "a", label: "Add to a collection", run: () => meant() && onCollect() });
  if (onDownload) {
    const run = () => {
      const selected = meant();
      if (selected && "ids" in selected) onDownload(selected.ids);
    };
    shortcuts.push({ keys: "d", label: "Download", run });
  }
  if (onDelete) {
    const run = () => {
      const selected = meant();
      if (!selected) return;
      onDelete(selected);
      selection.clear();
    };
    shortcuts.push({ keys: DELETE, label: deleteLabel, run });
  }
  useShortcuts("Grid", shortcuts);
}
