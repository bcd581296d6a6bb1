import type { DialogProps } from "./dialog-panel";
import { useOverlays } from "./use-overlays";

/** A dialog from 720 px; below that a sheet of full width that can be dragged down. */
export function Dialog(props: DialogProps) {
  const overlays = useOverlays(props.open, () => props.onOpenChange(false));
  return overlays && <overlays.DialogPanel {...props} />;
}
