import { cx } from "class-variance-authority";
import { useMemo, type Dispatch, type ReactNode, type SetStateAction } from "react";

import { useSize } from "@/lib/use-size";

import { BeforeAfter } from "./before-after";
import { useZoom } from "./use-zoom";
import { clamped, fitted, type View } from "./zoom";

interface StagePicture {
  src: string;
  alt: string;
  width: number;
  height: number;
}

/**
 * The layout and zoom of a picture in a stage; give the result to ZoomStage. Stages with the same view move together.
 */
export function useStage(picture: StagePicture | undefined, view: View, setView: Dispatch<SetStateAction<View>>) {
  const [size, measure] = useSize();
  const ratio = picture ? picture.width / picture.height : null;
  const frame = useMemo(() => {
    if (!size || ratio === null) return null;
    const { width, height } = fitted(ratio, size.width, size.height);
    return { ...size, pictureWidth: width, pictureHeight: height };
  }, [size, ratio]);
  // The view may come from a picture of another ratio.
  const shown = useMemo(() => (frame ? clamped(view, frame) : view), [frame, view]);
  return { ...useZoom(frame, shown, setView), picture, frame, measure, view: shown };
}

interface ZoomStageProps {
  stage: ReturnType<typeof useStage>;
  /** Shown over the left part, behind a divider; null for none. */
  before: string | null;
  className?: string;
  children?: ReactNode;
}

/** One picture that fits its space, zoomed and moved as `stage` says. */
export function ZoomStage({
  stage: { picture, frame, measure, view, surface, zoomed },
  before,
  className,
  children,
}: ZoomStageProps) {
  if (!picture) return null;
  const shown = <img src={picture.src} alt={picture.alt} draggable={false} className="block size-full select-none" />;
  return (
    <div ref={measure} className={cx("overflow-hidden", className)}>
      <div
        {...surface}
        className={cx(
          "grid size-full place-items-center overflow-hidden",
          zoomed ? "cursor-grab touch-none active:cursor-grabbing" : "cursor-zoom-in touch-pan-y",
        )}
      >
        {frame && (
          <div
            className="overflow-hidden rounded-pic"
            style={{
              width: frame.pictureWidth,
              height: frame.pictureHeight,
              transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
            }}
          >
            {before === null ? (
              shown
            ) : (
              <BeforeAfter before={before} scale={view.scale}>
                {shown}
              </BeforeAfter>
            )}
          </div>
        )}
      </div>
      {children}
    </div>
  );
}
