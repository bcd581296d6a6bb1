import { cx } from "class-variance-authority";
import { useMemo, useState } from "react";

import { placeholderUrl } from "@/lib/placeholder";

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

/** A picture in its own ratio that fades in over its placeholder. */
export function Picture({ src, alt, width, height, placeholder, eager = false, onBroken, className }: PictureProps) {
  const blurred = useMemo(() => placeholderUrl(placeholder), [placeholder]);
  const [loaded, setLoaded] = useState<string>();
  return (
    <span
      className={cx("block overflow-hidden rounded-pic bg-stage bg-cover", className)}
      style={{ aspectRatio: `${String(width)} / ${String(height)}`, backgroundImage: blurred && `url("${blurred}")` }}
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
        onLoad={() => {
          setLoaded(src);
        }}
        // Failing to load shows the alternative text, which needs to be visible too.
        onError={() => {
          setLoaded(src);
          onBroken?.();
        }}
        className={cx("size-full transition-opacity duration-(--slow)", loaded === src ? "opacity-100" : "opacity-0")}
      />
    </span>
  );
}
