import { cx } from "class-variance-authority";
import { useEffect, useMemo, useRef, useState } from "react";

import { placeholderColor, placeholderUrl } from "@/lib/placeholder";

interface PictureProps {
  src: string;
  alt: string;
  /** The real size: the room is kept before the picture arrives, and it is never cropped. */
  width: number;
  height: number;
  /** ThumbHash, base64. */
  placeholder?: string | null;
  /** Above the fold: loaded at once. */
  eager?: boolean;
  /** The file does not come. */
  onBroken?: () => void;
  className?: string;
}

/** Most pictures are there by then: unpacking a placeholder takes a phone longer than drawing the picture. */
const SLOW_MS = 150;

/** A picture in its own ratio, over its average colour; one that takes longer fades in over its placeholder. */
export function Picture({ src, alt, width, height, placeholder, eager = false, onBroken, className }: PictureProps) {
  // What comes soon changes nothing: a page of pictures is not drawn again as they arrive.
  const [wait, setWait] = useState<"none" | "now" | "over">("none");
  const came = useRef<string>(undefined);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (came.current !== src) setWait("now");
    }, SLOW_MS);
    return () => clearTimeout(timer);
  }, [src]);
  const arrive = () => {
    came.current = src;
    setWait((before) => (before === "now" ? "over" : before));
  };
  const blurred = useMemo(() => (wait === "none" ? undefined : placeholderUrl(placeholder)), [wait, placeholder]);
  const color = useMemo(() => placeholderColor(placeholder), [placeholder]);
  return (
    <span
      className={cx("block overflow-hidden rounded-pic bg-stage bg-cover", className)}
      style={{ aspectRatio: `${String(width)} / ${String(height)}`, backgroundColor: color, backgroundImage: blurred && `url("${blurred}")` }}
    >
      <img
        src={src}
        alt={alt}
        width={width}
        height={height}
        loading={eager ? "eager" : "lazy"}
        decoding="async"
        // A tile is dragged as a whole, or not at all.
        draggable={false}
        onLoad={arrive}
        // Failing to load shows the alternative text, which needs to be visible too.
        onError={() => {
          arrive();
          onBroken?.();
        }}
        className={cx("size-full transition-opacity duration-(--slow)", wait === "now" ? "opacity-0" : "opacity-100")}
      />
    </span>
  );
}
