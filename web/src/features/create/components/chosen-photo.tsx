import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

import { usePictureUrl } from "../api/get-picture-url";
import type { DraftInput } from "../draft";

/** Pixels of the short side below which a photo has too little detail for any preset: half of the smallest output. */
const SMALL = 384;

interface ChosenPhotoProps {
  input: DraftInput;
  onReplace: () => void;
  onRemove: () => void;
  onEarlier: () => void;
}

export function ChosenPhoto({ input, onReplace, onRemove, onEarlier }: ChosenPhotoProps) {
  const { data: url, error, renew } = usePictureUrl(input);
  if (url === null) {
    return (
      <Notice tone="warn">
        <p>This photo was deleted. Choose another one.</p>
        <div className="-ml-2.5 flex pt-1">
          <Button variant="ghost" size="sm" onClick={onReplace}>
            Browse
          </Button>
          <Button variant="ghost" size="sm" onClick={onEarlier}>
            Earlier photos
          </Button>
          <Button variant="ghost" size="sm" onClick={onRemove}>
            Remove
          </Button>
        </div>
      </Notice>
    );
  }
  const name = input.kind === "upload" ? (input.name ?? "Earlier photo") : "One of your variants";
  const size =
    input.kind === "upload" && input.width !== null && input.height !== null
      ? `${input.width} × ${input.height}`
      : null;
  const small = input.kind === "upload" && Math.min(input.width ?? SMALL, input.height ?? SMALL) < SMALL;
  return (
    <div className="grid grid-cols-[108px_1fr] items-center gap-3.5">
      <span className="block h-18 w-27 overflow-hidden rounded-pic bg-stage">
        {url && <img src={url} alt={`Start from: ${name}`} onError={renew} className="size-full object-contain" />}
      </span>
      <div className="min-w-0">
        <p className="truncate font-medium">{name}</p>
        {size && <p className="num text-12 text-ink-3">{size}</p>}
        {small && <p className="text-12 text-warn">This photo is small. The render may look blurred.</p>}
        {error && <p className="text-12 text-ink-3">It cannot be shown right now.</p>}
        <div className="-ml-2.5 flex">
          <Button variant="ghost" size="sm" onClick={onReplace}>
            Replace
          </Button>
          <Button variant="ghost" size="sm" onClick={onRemove}>
            Remove
          </Button>
        </div>
      </div>
    </div>
  );
}
