const START = 0xd8;
const END = 0xd9;
const START_OF_SCAN = 0xda;
/**
 * Frames that every browser decodes in the same way: baseline, extended and progressive Huffman (ITU-T T.81, table
 * B.1).
 */
const FRAMES = [0xc0, 0xc1, 0xc2];
/** Markers of that range that are not frames: tables, and a reserved one. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc];

/**
 * Whether a file is a complete JPEG of grey or YCbCr with 8 bits. Every decoder gives the same pixels for it, so the
 * browser may shrink it. Four components are colours for print, and a file without its end may be incomplete.
 */
export async function isPlainJpeg(file: Blob): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const tail = new Uint8Array(await file.slice(-2).arrayBuffer());
  if (!isMarker(head, 0, START) || !isMarker(tail, 0, END)) return false;
  return hasPlainFrame(new DataView(await file.arrayBuffer()));
}

function hasPlainFrame(data: DataView): boolean {
  let at = 2;
  while (at + 10 <= data.byteLength && data.getUint8(at) === 0xff) {
    const marker = data.getUint8(at + 1);
    if (marker === 0xff) {
      // Fill bytes may come before a marker.
      at += 1;
      continue;
    }
    if (FRAMES.includes(marker)) return data.getUint8(at + 4) === 8 && [1, 3].includes(data.getUint8(at + 9));
    const isOtherFrame = marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker);
    if (isOtherFrame || marker === START_OF_SCAN) return false;
    at += 2 + data.getUint16(at + 2);
  }
  return false;
}

function isMarker(bytes: Uint8Array, at: number, marker: number): boolean {
  return bytes[at] === 0xff && bytes[at + 1] === marker;
}
