import { Trash2 } from "lucide-react";
import { useState } from "react";

import { QueryState } from "@/components/query-state";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/overlays/dialog";
import { IconButton } from "@/components/ui/icon-button";
import { dayAndMonth } from "@/lib/dates";

import { useUploads } from "../api/list-uploads";
import { useRemoveUpload } from "../api/remove-upload";
import type { EarlierUpload } from "../types";

interface EarlierUploadsProps {
  onSelect: (upload: EarlierUpload) => void;
  onRemoved: (id: string) => void;
  onClose: () => void;
}

/** Photos uploaded before, to start from again or to delete. */
export function EarlierUploads({ onSelect, onRemoved, onClose }: EarlierUploadsProps) {
  const uploads = useUploads();
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="Earlier photos"
      size="lg"
      description="Only you can see them. Renders made from a photo stay when you delete it."
    >
      <QueryState
        query={uploads}
        pending={<p className="text-ink-2">Looking for your photos</p>}
        empty={<p className="text-ink-2">No photos yet. Drop one on the panel, or browse for it.</p>}
      >
        {({ pages }) => (
          <ul className="grid grid-cols-2 gap-2 tablet:grid-cols-4">
            {pages.flatMap(({ rows }) =>
              rows.map((upload) => (
                <UploadTile
                  key={upload.id}
                  upload={upload}
                  onSelect={() => onSelect(upload)}
                  onRemoved={() => onRemoved(upload.id)}
                />
              )),
            )}
          </ul>
        )}
      </QueryState>
    </Dialog>
  );
}

function UploadTile({
  upload,
  onSelect,
  onRemoved,
}: {
  upload: EarlierUpload;
  onSelect: () => void;
  onRemoved: () => void;
}) {
  // Deleting cannot be undone, so it needs two presses.
  const [asking, setAsking] = useState(false);
  const { mutate: remove, isPending, error } = useRemoveUpload();
  const name = `Photo of ${dayAndMonth(upload.created_at)}`;
  return (
    <li className="relative aspect-4/3 overflow-hidden rounded-pic bg-stage">
      <button type="button" onClick={onSelect} aria-label={`Use ${name}`} className="block size-full">
        {upload.url && <img src={upload.url} alt="" loading="lazy" className="size-full object-contain" />}
      </button>
      {asking ? (
        <div className="absolute inset-0 grid place-content-center justify-items-center gap-2 bg-glass p-3 text-center text-on-glass">
          <p className="text-13">{error ? error.message : "Delete this photo for good?"}</p>
          <div className="flex flex-wrap justify-center gap-1">
            <Button
              size="sm"
              variant="glass"
              blocked={isPending}
              onClick={() => remove(upload.id, { onSuccess: onRemoved })}
            >
              Delete
            </Button>
            <Button size="sm" variant="glass" onClick={() => setAsking(false)}>
              Keep
            </Button>
          </div>
        </div>
      ) : (
        <span className="absolute right-1.5 bottom-1.5 rounded-sm bg-glass text-on-glass">
          <IconButton label={`Delete ${name}`} variant="glass" size="sm" onClick={() => setAsking(true)}>
            <Trash2 aria-hidden size={15} strokeWidth={1.6} />
          </IconButton>
        </span>
      )}
    </li>
  );
}
