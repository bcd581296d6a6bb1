import { useOverlays } from "@/components/overlays/use-overlays";

import type { PictureViewerProps } from "@/components/viewer/picture-viewer-panel";

/** A picture over the whole window: zoom, pan, the other variants, and the photo it was made from behind a divider. */
export function PictureViewer(props: PictureViewerProps) {
  const overlays = useOverlays(true, props.onClose);
  return overlays && <overlays.PictureViewerPanel {...props} />;
}
