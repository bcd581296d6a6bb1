import { useRemoveCollection, type Collection } from "@/api/collections";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/overlays/dialog";
import { Notice } from "@/components/ui/notice";
import { toast } from "@/components/ui/toast-store";

interface DeleteDialogProps {
  collection: Collection;
  onDeleted?: () => void;
  onClose: () => void;
}

/** Deleting a collection cannot be undone, so ask for confirmation. */
export function DeleteDialog({ collection: { id, name }, onDeleted, onClose }: DeleteDialogProps) {
  const remove = useRemoveCollection();
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Delete ${name}?`}
      description="Its renders stay in My Renders. Links that share this collection stop working."
      footer={
        <>
          <Button onClick={onClose}>Keep</Button>
          <Button
            variant="danger"
            blocked={remove.isPending}
            onClick={() =>
              remove.mutate(id, {
                onSuccess: () => {
                  toast(`${name} is deleted.`);
                  onClose();
                  onDeleted?.();
                },
              })
            }
          >
            Delete collection
          </Button>
        </>
      }
    >
      {remove.error && (
        <Notice tone="danger" live>
          {remove.error.message}
        </Notice>
      )}
    </Dialog>
  );
}
