import { Link } from "@tanstack/react-router";
import { Columns2, Maximize, ZoomIn, ZoomOut } from "lucide-react";
import { useId } from "react";

import type { RenderDetail } from "@/api/render-types";
import { buttonStyle } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { ModeSwitch, type Mode } from "@/components/viewer/mode-switch";
import { ZoomStage, type useStage } from "@/components/viewer/zoom-stage";
import { BackLink } from "@/gallery/back-link";

import type { CompareSearch } from "../compare-search";
import { VariantStrip } from "./variant-strip";

const LARGE_ICON = { "aria-hidden": true, size: 18, strokeWidth: 1.6 } as const;

interface RenderStageProps {
  render: RenderDetail;
  /** The variant that is shown. */
  index: number;
  stage: ReturnType<typeof useStage>;
  /** The picture it was made from. */
  before: string | null;
  mode: Mode;
  onMode: (mode: Mode) => void;
  compareWith: CompareSearch;
  onFullScreen: () => void;
  onSelect: (index: number) => void;
  /** null in the trash. */
  onVariation: (() => void) | null;
}

/** A variant as large as fits, its zoom, and the other variants below it. */
export function RenderStage({
  render,
  index,
  stage,
  before,
  mode,
  onMode,
  compareWith,
  onFullScreen,
  onSelect,
  onVariation,
}: RenderStageProps) {
  const modeLabel = useId();
  const variant = render.variants[index];
  return (
    <section aria-label="Picture" className="flex min-h-0 min-w-0 flex-col bg-stage">
      <div className="flex items-center gap-1 px-3 py-2 max-tablet:flex-wrap">
        <BackLink to="/dashboard/renders" name="Renders" />
        <div className="grow" />
        {before !== null && (
          <>
            <span id={modeLabel} className="sr-only">
              View
            </span>
            <ModeSwitch
              labelledBy={modeLabel}
              mode={mode}
              onChange={onMode}
              className="max-tablet:order-last max-tablet:w-full"
            />
            <div className="grow max-tablet:hidden" />
          </>
        )}
        <span className="flex gap-1 max-tablet:hidden">
          <IconButton label="Zoom out" shortcut="−" variant="ghost" blocked={!stage.zoomed} onClick={stage.zoomOut}>
            <ZoomOut {...LARGE_ICON} />
          </IconButton>
          <IconButton label="Zoom in" shortcut="+" variant="ghost" onClick={stage.zoomIn}>
            <ZoomIn {...LARGE_ICON} />
          </IconButton>
        </span>
        <Link
          to="/dashboard/compare"
          search={compareWith}
          state={{ backTo: render.title }}
          aria-label="Compare"
          title="Compare"
          className={buttonStyle({ variant: "ghost", icon: true })}
        >
          <Columns2 {...LARGE_ICON} />
        </Link>
        <IconButton label="Full screen" variant="ghost" onClick={onFullScreen}>
          <Maximize {...LARGE_ICON} />
        </IconButton>
      </div>
      {/* On a phone the space has the ratio of the picture; from 900 px it is the rest of the window. */}
      <div
        className="min-h-0 desk:grow desk:px-7"
        style={{ aspectRatio: variant && `${variant.width} / ${variant.height}` }}
      >
        <ZoomStage stage={stage} before={mode === "compare" ? before : null} className="size-full" />
      </div>
      <VariantStrip render={render} index={index} onSelect={onSelect} onVariation={onVariation} />
    </section>
  );
}
