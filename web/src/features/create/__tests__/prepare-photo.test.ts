import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { CONFIG } from "@/test/fixtures";

import { isPlainJpeg } from "../plain-jpeg";
import { PhotoRefused, preparePhoto, fileProblem } from "../prepare-photo";

const LIMITS = CONFIG.limits;
const SEGMENT = [0xff, 0xe0, 0, 4, 1, 2];

/** Enough of a JPEG to recognise it: its frame, its first scan and its end. */
function jpeg({ frame = 0xc0, bits = 8, components = 3, end = [0xff, 0xd9], size = 0 } = {}): Uint8Array<ArrayBuffer> {
  const head = [0xff, 0xd8, ...SEGMENT, 0xff, frame, 0, 17, bits, 0, 16, 0, 16, components, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  return new Uint8Array([...head, 0xff, 0xda, ...Array<number>(size).fill(1), ...end]);
}

function file(data: Uint8Array<ArrayBuffer>, type = "image/jpeg"): File {
  return new File([data], "IMG_1.jpg", { type });
}

describe("a plain JPEG", () => {
  it.each([
    ["baseline", {}, true],
    ["progressive", { frame: 0xc2 }, true],
    ["grey", { components: 1 }, true],
    ["for print", { components: 4 }, false],
    ["12 bits", { bits: 12 }, false],
    ["lossless", { frame: 0xc3 }, false],
    ["without its end", { end: [] }, false],
  ])("%s", async (_name, options, plain) => {
    expect(await isPlainJpeg(file(jpeg(options)))).toBe(plain);
  });

  it("is told by its bytes and not by its name", async () => {
    expect(await isPlainJpeg(new File(["RIFF....WEBP"], "IMG_1.jpg", { type: "image/jpeg" }))).toBe(false);
    expect(await isPlainJpeg(new File([], "IMG_1.jpg"))).toBe(false);
  });
});

describe("a photo on its way", () => {
  const decode = vi.fn();
  const close = vi.fn();

  beforeEach(() => {
    decode.mockResolvedValue({ width: 8160, height: 6144, close });
    vi.stubGlobal("createImageBitmap", decode);
    vi.stubGlobal(
      "OffscreenCanvas",
      class {
        getContext = () => ({ fillRect: vi.fn(), drawImage: vi.fn() });
        convertToBlob = () => Promise.resolve(new Blob(["small"], { type: "image/jpeg" }));
      },
    );
  });
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.clearAllMocks();
  });

  it("photo F3: is made smaller here when it is a plain JPEG, and keeps its own size to show", async () => {
    const photo = await preparePhoto(file(jpeg()), { ...LIMITS, upload_pixels: 64e6 });
    expect(await photo.body.text()).toBe("small");
    expect(photo.original).toEqual({ width: 8160, height: 6144 });
    expect(close).toHaveBeenCalled();
  });

  it.each([
    ["a cut JPEG", file(jpeg({ end: [] }))],
    ["a WebP", new File(["RIFF....WEBP"], "a.webp", { type: "image/webp" })],
    ["an AVIF", new File(["....ftypavif"], "a.avif", { type: "image/avif" })],
    ["a PNG", new File(["\u0089PNG"], "a.png", { type: "image/png" })],
  ])("photo F3: goes as it is when it is %s: the server alone decides on it", async (_name, photo) => {
    expect(await preparePhoto(photo, LIMITS)).toEqual({ body: photo, name: photo.name, original: null });
    expect(decode).not.toHaveBeenCalled();
  });

  it("photo F11: is looked into when the system does not know its type", async () => {
    for (const type of ["", "application/octet-stream"]) {
      const photo = await preparePhoto(file(jpeg(), type), { ...LIMITS, upload_pixels: 64e6 });
      expect(await photo.body.text()).toBe("small");
    }
    const unknown = new File(["....ftypheic"], "a.heic", { type: "application/octet-stream" });
    expect((await preparePhoto(unknown, LIMITS)).body).toBe(unknown);
  });

  it("photo D1: is made smaller before it is refused for its size", async () => {
    const limits = { ...LIMITS, upload_pixels: 64e6, upload_bytes: 100 };
    expect(await (await preparePhoto(file(jpeg({ size: 500 })), limits)).body.text()).toBe("small");

    decode.mockRejectedValue(new Error("too large"));
    await expect(preparePhoto(file(jpeg({ size: 500 })), limits)).rejects.toThrow(
      "This photo is 1 MB. The limit is 1 MB.",
    );
    await expect(preparePhoto(new File(["x".repeat(101)], "a.png", { type: "image/png" }), limits)).rejects.toThrow(
      PhotoRefused,
    );
  });

  it("photo D2: is said to be empty, or no photo, before it is read", () => {
    expect(fileProblem(new File([], "IMG_5.jpg", { type: "image/jpeg" }), LIMITS)).toMatch(/^This file is empty\./);
    expect(fileProblem(new File(["x"], "a.mp4", { type: "video/mp4" }), LIMITS)).toMatch(/is not a photo/);
    expect(fileProblem(new File(["x"], "a.heic", { type: "" }), LIMITS)).toBeNull();
  });
});
