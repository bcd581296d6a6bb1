// What a browser makes of photos: how it shows each, and what the product's page would send of it.
import { preparePhoto } from "/prepare-photo.js";

const { files, limits } = await (await fetch("/corpus")).json();
const results = [];
for (const { name, type, data } of files) {
  const file = new File([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], name, { type });
  results.push({ shown: await shown(file), sent: await sent(file) });
}
await fetch("/results", { method: "POST", body: JSON.stringify(results) });

/** The size, and the color in the middle of each field; null when it is not shown. */
async function shown(file) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
  } catch {
    return null;
  } finally {
    URL.revokeObjectURL(image.src);
  }
  const { naturalWidth: width, naturalHeight: height } = image;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  const fields = [0.25, 0.75].flatMap((y) =>
    [0.25, 0.75].map((x) => [...context.getImageData(Math.floor(width * x), Math.floor(height * y), 1, 1).data.slice(0, 3)]),
  );
  return { width, height, fields };
}

/** Base64 of what is sent instead of the file, null for the file as it is, and a sentence when it is refused. */
async function sent(file) {
  try {
    const { body } = await preparePhoto(file, limits);
    if (body === file) return { data: null, refused: null };
    const bytes = new Uint8Array(await body.arrayBuffer());
    return { data: btoa(String.fromCharCode(...bytes)), refused: null };
  } catch (error) {
    return { data: null, refused: String(error) };
  }
}
