import { useEffect, useState, type CSSProperties } from "react";

import { isInFlight, isRetryable, outcomeLine, variantPercent } from "@/api/run-state";
import { VariantTile, type VariantState } from "@/components/picture/variant-tile";
import { useSize } from "@/lib/use-size";

import { expectedRatio, tileLayout } from "../tile-layout";
import type { Generation, Preset, Variant } from "../types";
import { VariantActions } from "./variant-actions";

export interface VariantHandlers {
  onOpen: (index: number) => void;
  onUseAsInput: (variant: Variant) => void;
  onDownload: (variant: Variant) => void;
  onRetry: () => void;
  onEditPrompt: () => void;
}

interface VariantGridProps extends VariantHandlers {
  generation: Generation;
  preset: Preset | undefined;
}

/** The variants of a generation, each in its own ratio and as large as possible, from waiting to done. */
export function VariantGrid({ generation, preset, ...handlers }: VariantGridProps) {
  const [size, measure] = useSize();
  const photoRatio = useRatio(generation.input?.url ?? null);
  const tiles = tilesOf(generation, preset, photoRatio, handlers);
  const [first] = tiles;
  const layout = size && first ? tileLayout(tiles.length, first.width / first.height, size.width, size.height) : null;
  return (
    <div ref={measure} className="min-h-0 grow">
      <ul
        aria-label="Variants"
        className="grid gap-1.5 data-many:grid-cols-2 desk:gap-2 desk:grid-cols-[repeat(var(--columns),var(--tile))]! desk:justify-center"
        data-many={tiles.length > 1 || undefined}
        style={{ "--columns": layout?.columns ?? 1, "--tile": `${layout?.width ?? 0}px` } as CSSProperties}
      >
        {tiles.map((tile) => (
          <li key={tile.number}>
            <VariantTile {...tile} />
          </li>
        ))}
      </ul>
    </div>
  );
}

interface Tile {
  number: number;
  width: number;
  height: number;
  placeholder?: string;
  backdrop?: string;
  state: VariantState;
}

function tilesOf(
  generation: Generation,
  preset: Preset | undefined,
  photoRatio: number | null,
  handlers: VariantHandlers,
): Tile[] {
  const { render, title } = generation;
  if (render?.taken_down)
    return render.variants.map((variant, index) => takenDownTile(variant, index, render.taken_down?.message ?? ""));
  if (render) return render.variants.map((variant, index) => doneTile(variant, index, title, handlers));

  const expected = { width: Math.round(expectedRatio(generation, preset, photoRatio) * 1000), height: 1000 };
  if (!isInFlight(generation)) return [{ number: 1, ...expected, state: refusedState(generation, handlers) }];

  return Array.from({ length: generation.variants }, (_, index) => ({
    number: index + 1,
    ...expected,
    ...withBackdrop(generation, preset),
    state:
      generation.status === "queued"
        ? { status: "queued" }
        : { status: "processing", percent: variantPercent(generation, index) },
  }));
}

function withBackdrop({ input }: Generation, preset: Preset | undefined): { backdrop?: string } {
  const backdrop = input?.url ?? preset?.picture;
  return backdrop ? { backdrop } : {};
}

function takenDownTile({ width, height }: Variant, index: number, reason: string): Tile {
  return { number: index + 1, width, height, state: { status: "taken-down", reason } };
}

function doneTile(variant: Variant, index: number, title: string, handlers: VariantHandlers): Tile {
  const { onOpen, onUseAsInput, onDownload } = handlers;
  const number = index + 1;
  const open = () => onOpen(index);
  return {
    number,
    width: variant.width,
    height: variant.height,
    placeholder: variant.placeholder,
    state: {
      status: "done",
      src: variant.url ?? "",
      alt: `${title}, variant ${number}`,
      onOpen: open,
      actions: (
        <VariantActions
          number={number}
          onUseAsInput={() => onUseAsInput(variant)}
          onDownload={() => onDownload(variant)}
          onOpen={open}
        />
      ),
    },
  };
}

function refusedState(generation: Generation, { onRetry, onEditPrompt }: VariantHandlers): VariantState {
  const reason = outcomeLine(generation) ?? "";
  if (!isRetryable(generation)) return { status: "blocked", reason, onEditPrompt };
  return { status: generation.status === "canceled" ? "canceled" : "failed", reason, onRetry };
}

/** Width / height of a picture, when it has loaded; null before. */
function useRatio(url: string | null): number | null {
  const [known, setKnown] = useState<{ url: string; ratio: number } | null>(null);
  useEffect(() => {
    if (url === null) return;
    const image = new Image();
    image.onload = () => setKnown({ url, ratio: image.naturalWidth / image.naturalHeight });
    image.src = url;
    return () => {
      image.onload = null;
    };
  }, [url]);
  return url !== null && known?.url === url ? known.ratio : null;
}
