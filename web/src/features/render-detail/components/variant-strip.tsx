import { Shuffle } from "lucide-react";

import type { RenderDetail } from "@/api/render-types";

interface VariantStripProps {
  render: RenderDetail;
  index: number;
  onSelect: (index: number) => void;
  /** null in the trash and where nothing can be changed. */
  onVariation: (() => void) | null;
}

/** The variants of a render; the last place starts a variation. */
export function VariantStrip({ render, index, onSelect, onVariation }: VariantStripProps) {
  return (
    <div className="no-scrollbar flex items-center gap-2 overflow-x-auto px-4 pt-2.5 pb-4 desk:justify-center">
      <ul aria-label="Variants" className="flex shrink-0 gap-2">
        {render.variants.map((variant, at) => {
          const cover = variant.id === render.cover_variant_id;
          return (
            <li key={variant.id} className="shrink-0">
              <button
                type="button"
                aria-label={`Variant ${at + 1}${cover ? ", cover" : ""}`}
                aria-current={at === index || undefined}
                onClick={() => onSelect(at)}
                className="relative block rounded-pic aria-[current=true]:outline-2 aria-[current=true]:outline-offset-2 aria-[current=true]:outline-ink"
              >
                <img
                  src={variant.thumbnail_url ?? ""}
                  alt=""
                  width={variant.width}
                  height={variant.height}
                  className="h-14 w-auto rounded-pic bg-sunken desk:h-17"
                />
                {cover && (
                  <span
                    aria-hidden
                    className="absolute bottom-0.5 left-0.5 rounded-xs bg-glass px-0.5 text-11 font-medium text-on-glass"
                  >
                    Cover
                  </span>
                )}
              </button>
            </li>
          );
        })}
      </ul>
      {onVariation && (
        <button
          type="button"
          onClick={onVariation}
          className="grid h-14 shrink-0 content-center justify-items-center gap-1 rounded-sm border border-line bg-surface px-3 text-12 font-medium hover:bg-hover desk:h-17"
        >
          <Shuffle aria-hidden size={15} strokeWidth={1.6} />
          Make a variation
        </button>
      )}
    </div>
  );
}
