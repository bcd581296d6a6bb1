import { thumbHashToAverageRGBA, thumbHashToDataURL } from "thumbhash";

/** Shown until a picture has loaded: its ThumbHash (base64, at most 25 bytes) as a small PNG data URL. */
export function placeholderUrl(hash: string | null | undefined): string | undefined {
  const bytes = decode(hash);
  return bytes && thumbHashToDataURL(bytes);
}

/** Its average colour, which is fast. */
export function placeholderColor(hash: string | null | undefined): string | undefined {
  const bytes = decode(hash);
  if (!bytes) return undefined;
  const { r, g, b } = thumbHashToAverageRGBA(bytes);
  return `rgb(${[r, g, b].map((share) => Math.round(share * 255)).join(" ")})`;
}

function decode(hash: string | null | undefined): Uint8Array | undefined {
  if (!hash) return undefined;
  try {
    const bytes = Uint8Array.from(atob(hash), (character) => character.charCodeAt(0));
    // The header has five bytes, before the first coefficient.
    return bytes.length > 5 ? bytes : undefined;
  } catch {
    return undefined;
  }
}
