import { cx } from "class-variance-authority";
import { useEffect, useMemo, useRef, useState } from "react";

import { placeholderColor, placeholderUrl } from "@/lib/placeholder";

interface PictureProps {
  src: string;
  alt: string;
  /** Its real size, so that its space is reserved before it arrives. It is never cropped. */
  width: number;
  height: number;
  /** ThumbHash, base64. */
  placeholder?: string | null;
  /** On the first screen: loaded at once. */
  eager?: boolean;
  /** Called when the file fails to load. */
  onBroken?: () => void;
  className?: string;
}

/** Most pictures have arrived by then; on a phone, decoding a placeholder takes longer than drawing the picture. */
const SLOW_MS = 150;

/** A picture in its own ratio, over its average colour. One that takes longer fades in over its placeholder. */
export function Picture({ src, alt, width, height, placeholder, eager = false, onBroken, className }: PictureProps) {
  // A picture that arrives soon changes no state, so that a page is not rendered again for each of its pictures.
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
      style={{
        aspectRatio: `${String(width)} / ${String(height)}`,
        backgroundColor: color,
        backgroundImage: blurred && `url("${blurred}")`,
      }}
    >
      <img
        src={src}
        alt={alt}
        width={width}
        height={height}
        loading={eager ? "eager" : "lazy"}
        decoding="async"
        // A tile is dragged as a whole; its picture alone cannot be dragged.
        draggable={false}
        onLoad={arrive}
        // When loading fails, the browser shows the alternative text, so the element must be visible.
        onError={() => {
          arrive();
          onBroken?.();
        }}
        className={cx("size-full transition-opacity duration-(--slow)", wait === "now" ? "opacity-0" : "opacity-100")}
      />
    </span>
  );
}
