import { Columns2, Folder, Heart, Trash } from "lucide-react";
import { useNavigate } from "@tanstack/react-router";

import type { Selected } from "@/api/render-moves";
import type { RenderFilters } from "@/api/render-types";
import { DownloadButton } from "@/components/overlays/download-button";
import { CollectionPicker } from "@/gallery/collection-picker";
import { BarButton, SelectionBar } from "@/gallery/selection-bar";
import type { RenderActions } from "@/gallery/use-render-actions";
import type { Selection } from "@/gallery/use-selection";

interface BulkBarProps {
  selection: Selection;
  filters: RenderFilters;
  /** Renders that match in total. */
  total: number | null;
  actions: RenderActions;
  picking: boolean;
  onPicking: (open: boolean) => void;
}

/** The actions for the selected renders. */
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
        trigger={<BarButton icon={Folder} label="Add to collection" />}
      />
      <BarButton
        icon={Heart}
        label="Favorite"
        onClick={() => {
          void actions.collect(selected, null);
          selection.clear();
        }}
      />
      {!selection.all && selection.ids.length === 2 && a && b && (
        <BarButton
          icon={Columns2}
          label="Compare"
          onClick={() => void navigate({ to: "/dashboard/compare", search: { a, b }, state: { backTo: "Renders" } })}
        />
      )}
      {!selection.all && (
        <DownloadButton
          variant="glass"
          stored={null}
          labelClassName="max-desk:sr-only"
          onDownload={() => actions.download(selection.ids)}
        />
      )}
      <BarButton
        icon={Trash}
        label="Trash"
        className="text-[#ff9c8e]!"
        onClick={() => {
          void actions.trash(selected);
          selection.clear();
        }}
      />
    </SelectionBar>
  );
}
