import { isPlainJpeg } from "./plain-jpeg";
import type { Limits } from "./types";

/** Pixels. */
export interface Size {
  width: number;
  height: number;
}

/** A photo as it is sent. `original` is its size before it was shrunk here. */
export interface PreparedPhoto {
  body: Blob;
  name: string;
  original: Size | null;
}

/** A photo that is refused without being sent. `message` is a sentence for the person. */
export class PhotoRefused extends Error {}

/** JPEG quality of a photo that was shrunk here: higher than the server's, so that encoding twice is not visible. */
const QUALITY = 0.92;

/** The `accept` of the file input. The extensions are for systems that do not know the types of HEIC. */
export function acceptedFiles(limits: Limits): string {
  return [...limits.upload_formats, ".heic", ".heif", ".avif"].join(",");
}

/** Systems that do not know a type give none, or this one. */
const UNKNOWN_TYPES = ["", "application/octet-stream"];

/** Files are read up to this size: no camera makes a larger JPEG, and videos are not read. */
const READ_BYTES = 100 * 2 ** 20;

/**
 * Shrinks a plain JPEG to the size that models use, so that it is sent in a second and without its location. Everything
 * else is sent as it is: browsers and the server decode damaged files, animations, orientations and colours by
 * different rules. Throws PhotoRefused.
 */
export async function preparePhoto(file: File, limits: Limits): Promise<PreparedPhoto> {
  const refused = fileProblem(file, limits);
  if (refused !== null) throw new PhotoRefused(refused);
  if (!(await isReadable(file))) throw new PhotoRefused(UNREADABLE);
  const smaller = (await isPlainJpeg(file)) ? await downscale(file, limits) : null;
  const body = smaller?.body ?? file;
  if (body.size > limits.upload_bytes) throw new PhotoRefused(tooLarge(file, limits));
  return { body, name: file.name, original: smaller?.original ?? null };
}

/** Why a file is refused, known before it is read; null when it is accepted. */
export function fileProblem(file: File, limits: Limits): string | null {
  if (!UNKNOWN_TYPES.includes(file.type) && !file.type.startsWith("image/")) {
    return "This file is not a photo we can use. Use JPEG, PNG, WebP, HEIC or AVIF.";
  }
  if (file.size === 0) return "This file is empty. If the photo is stored online, download it to this device first.";
  const mayShrink = file.type === "image/jpeg" || UNKNOWN_TYPES.includes(file.type);
  return file.size > (mayShrink ? READ_BYTES : limits.upload_bytes) ? tooLarge(file, limits) : null;
}

const UNREADABLE =
  "This file cannot be read. From a folder, choose the photo in it. If the photo is stored online, download it to this device first.";

/** Browsers hand over folders, files that are gone and files of a cloud as if they were files of the disk. */
async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

function tooLarge(file: File, limits: Limits): string {
  return `This photo is ${megabytes(file.size)}. The limit is ${megabytes(limits.upload_bytes)}.`;
}

/** null when it is small enough already, or the browser cannot shrink it. */
async function downscale(file: File, limits: Limits): Promise<{ body: Blob; original: Size } | null> {
  const bitmap = await decode(file);
  if (!bitmap) return null;
  try {
    const { width, height } = bitmap;
    if (width * height > limits.upload_pixels) {
      throw new PhotoRefused(
        `This photo has ${megapixels(width * height)} megapixels. The limit is ${megapixels(limits.upload_pixels)}.`,
      );
    }
    const scale = limits.input_longest_side / Math.max(width, height);
    if (scale >= 1) return null;
    const body = await drawn(bitmap, Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale)));
    return body && { body, original: { width, height } };
  } finally {
    bitmap.close();
  }
}

async function decode(file: File): Promise<ImageBitmap | null> {
  try {
    // The orientation of the file is applied here; the new JPEG has none.
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return null;
  }
}

async function drawn(bitmap: ImageBitmap, width: number, height: number): Promise<Blob | null> {
  try {
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    if (!context) return null;
    // JPEG has no transparency; without this, transparent parts turn black.
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, width, height);
    return await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  } catch {
    // An old browser, or too little memory for the canvas.
    return null;
  }
}

/**
 * "31 MB": a MB is 2²⁰ bytes, as in the limit. Rounded up, so that a refused size never looks like the limit itself.
 */
function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}

function megapixels(pixels: number): number {
  return Math.ceil(pixels / 1e6);
}
