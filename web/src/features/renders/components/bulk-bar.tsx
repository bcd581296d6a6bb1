import { Columns2, Download, Folder, Heart, Trash } from "lucide-react";
import { useNavigate } from "@tanstack/react-router";

import type { RenderFilters, Selected } from "@/api/renders";
import { Button } from "@/components/ui/button";
import { CollectionPicker } from "@/gallery/collection-picker";
import { SelectionBar } from "@/gallery/selection-bar";
import type { RenderActions } from "@/gallery/use-render-actions";
import type { Selection } from "@/gallery/use-selection";

interface BulkBarProps {
  selection: Selection;
  filters: RenderFilters;
  /** How many match in all. */
  total: number | null;
  actions: RenderActions;
  picking: boolean;
  onPicking: (open: boolean) => void;
}

const ICON = { "aria-hidden": true, size: 15, strokeWidth: 1.6 } as const;
/** Words where there is room, icons alone on a phone. */
const WORD = "max-desk:sr-only";

/** What can be done with the renders that are picked. */
export function BulkBar({ selection, filters, total, actions, picking, onPicking }: BulkBarProps) {
  const navigate = useNavigate();
  const selected: Selected = selection.all ? { matching: filters } : { ids: selection.ids };
  const [a, b] = selection.ids;
  return (
    <SelectionBar
      count={selection.all && total !== null ? total : selection.ids.length}
      total={selection.all ? null : total}
      onPickAll={selection.pickAll}
      onClear={selection.clear}
    >
      <CollectionPicker
        open={picking}
        onOpenChange={onPicking}
        renderId={null}
        onPick={(collection) => {
          onPicking(false);
          selection.clear();
          return actions.collect(selected, collection);
        }}
        trigger={
          <Button variant="glass">
            <Folder {...ICON} />
            <span className={WORD}>Add to collection</span>
          </Button>
        }
      />
      <Button
        variant="glass"
        onClick={() => {
          void actions.collect(selected, null);
          selection.clear();
        }}
      >
        <Heart {...ICON} />
        <span className={WORD}>Favorite</span>
      </Button>
      {!selection.all && selection.ids.length === 2 && a && b && (
        <Button variant="glass" onClick={() => void navigate({ to: "/dashboard/compare", search: { a, b }, state: { backTo: "Renders" } })}>
          <Columns2 {...ICON} />
          <span className={WORD}>Compare</span>
        </Button>
      )}
      {!selection.all && (
        <Button variant="glass" onClick={() => actions.download(selection.ids)}>
          <Download {...ICON} />
          <span className={WORD}>Download</span>
        </Button>
      )}
      <Button
        variant="glass"
        className="text-[#ff9c8e]!"
        onClick={() => {
          void actions.trash(selected);
          selection.clear();
        }}
      >
        <Trash {...ICON} />
        <span className={WORD}>Trash</span>
      </Button>
    </SelectionBar>
  );
}
