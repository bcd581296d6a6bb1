import { useDeleteVariant } from "@/api/renders";
import type { RenderDetail } from "@/api/render-types";
import { Dialog } from "@/components/overlays/dialog";
import { PictureViewer } from "@/components/overlays/picture-viewer";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast-store";
import { ShareDialog } from "@/publishing/share-dialog";

export type Overlay = "full" | "share" | "delete-variant";

interface RenderOverlaysProps {
  overlay: Overlay | null;
  render: RenderDetail;
  /** The variant that is shown. */
  index: number;
  /** The picture it was made from. */
  before: string | null;
  onSelect: (index: number) => void;
  /** The button for it, in the viewer. */
  download: React.ReactNode;
  onClose: () => void;
}

/** What opens over the page of a render. */
export function RenderOverlays({ overlay, render, index, before, onSelect, download, onClose }: RenderOverlaysProps) {
  const { mutate: deleteVariant } = useDeleteVariant();
  const variant = render.variants[index];
  return (
    <>
      {overlay === "full" && (
        <PictureViewer
          title={render.title}
          pictures={render.variants.map((each, at) => ({
            id: each.id,
            src: each.url ?? "",
            thumbnail: each.thumbnail_url ?? "",
            alt: `${render.title}, variant ${at + 1}`,
            width: each.width,
            height: each.height,
            mark: each.id === render.cover_variant_id ? "Cover" : undefined,
          }))}
          index={index}
          onIndexChange={onSelect}
          before={before}
          actions={download}
          onClose={onClose}
        />
      )}
      {overlay === "share" && <ShareDialog target={{ render_id: render.id }} title={render.title} onClose={onClose} />}
      {overlay === "delete-variant" && variant && (
        <Dialog
          open
          onOpenChange={onClose}
          title={`Delete variant ${index + 1}?`}
          description="Its files are deleted with it. This cannot be undone."
          footer={
            <>
              <Button onClick={onClose}>Keep</Button>
              <Button
                variant="danger"
                onClick={() => {
                  onClose();
                  deleteVariant(variant.id, {
                    onSuccess: () => toast(`Variant ${index + 1} deleted.`),
                    onError: ({ message }) => toast(message, { tone: "danger" }),
                  });
                }}
              >
                Delete variant
              </Button>
            </>
          }
        />
      )}
    </>
  );
}
