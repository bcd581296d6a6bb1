/** The position of a picture in its frame: at `scale` 1 it fits; `x` and `y` are the offset of its centre in px. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

/** Sizes in px: the frame, and the picture in it at scale 1. */
export interface Frame {
  width: number;
  height: number;
  pictureWidth: number;
  pictureHeight: number;
}

export interface Point {
  x: number;
  y: number;
}

export const FIT: View = { scale: 1, x: 0, y: 0 };
export const MAX_SCALE = 8;

/** Scales by `factor`; what is under `point` (measured from the frame's centre) stays where it is. */
export function zoomAt(view: View, factor: number, point: Point, frame: Frame): View {
  const scale = Math.min(MAX_SCALE, Math.max(1, view.scale * factor));
  const growth = scale / view.scale;
  return clamped({ scale, x: point.x - (point.x - view.x) * growth, y: point.y - (point.y - view.y) * growth }, frame);
}

export function panBy(view: View, dx: number, dy: number, frame: Frame): View {
  return clamped({ ...view, x: view.x + dx, y: view.y + dy }, frame);
}

/** Keeps the picture visible: no gap beside one that is larger than its frame. */
export function clamped({ scale, x, y }: View, frame: Frame): View {
  const reachX = Math.max(0, (frame.pictureWidth * scale - frame.width) / 2);
  const reachY = Math.max(0, (frame.pictureHeight * scale - frame.height) / 2);
  return { scale, x: clamp(x, reachX), y: clamp(y, reachY) };
}

function clamp(value: number, reach: number): number {
  // `|| 0` turns −0 into 0, for comparisons.
  return Math.min(reach, Math.max(-reach, value)) || 0;
}

/** The size of a picture of this ratio (width / height) that fits the frame. */
export function fitted(ratio: number, width: number, height: number): { width: number; height: number } {
  return width / height > ratio ? { width: height * ratio, height } : { width, height: width / ratio };
}
