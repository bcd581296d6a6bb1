import { Check, Copy, CornerDownLeft, ImageIcon } from "lucide-react";

import { DownloadButton } from "@/components/overlays/download-button";
import { Button } from "@/components/ui/button";
import { PictureViewer } from "@/components/overlays/picture-viewer";
import type { ViewerPicture } from "@/components/viewer/picture-viewer-panel";
import { useBackCloses } from "@/lib/back-closes";

import type { Generation, Render, Variant } from "../types";

interface RunViewerProps {
  generation: Generation;
  render: Render;
  index: number;
  onIndexChange: (index: number) => void;
  onUseAsInput: (variant: Variant) => void;
  onDownload: (variant: Variant) => void;
  onCopySettings: () => void;
  onChooseCover: (variant: Variant) => void;
  onClose: () => void;
}

/** The variants of a generation over the whole window, with their actions. */
export function RunViewer({ generation, render, index, onIndexChange, onClose, ...handlers }: RunViewerProps) {
  const variant = render.variants[index];
  useBackCloses(true, onClose);
  if (!variant) return null;

  const isCover = variant.id === render.cover_variant_id;
  const icon = { "aria-hidden": true, size: 15, strokeWidth: 1.6 };
  return (
    <PictureViewer
      title={render.title}
      pictures={render.variants.map((each, at) => pictureOf(render, each, at))}
      index={index}
      onIndexChange={onIndexChange}
      before={generation.input?.url ?? null}
      onClose={onClose}
      actions={
        <>
          <Button onClick={() => handlers.onChooseCover(variant)} blocked={isCover}>
            {isCover ? <Check {...icon} /> : <ImageIcon {...icon} />}
            {isCover ? "Cover" : "Make cover"}
          </Button>
          <Button onClick={handlers.onCopySettings}>
            <Copy {...icon} />
            Copy settings
          </Button>
          <DownloadButton scope="viewer" stored={variant} onDownload={() => handlers.onDownload(variant)} />
          <Button variant="canary" onClick={() => handlers.onUseAsInput(variant)}>
            <CornerDownLeft {...icon} />
            Use as input
          </Button>
        </>
      }
    />
  );
}

function pictureOf({ title, cover_variant_id: cover }: Render, variant: Variant, index: number): ViewerPicture {
  return {
    id: variant.id,
    src: variant.url ?? "",
    thumbnail: variant.thumbnail_url ?? variant.url ?? "",
    alt: `${title}, variant ${index + 1}`,
    width: variant.width,
    height: variant.height,
    mark: variant.id === cover ? "Cover" : undefined,
  };
}
