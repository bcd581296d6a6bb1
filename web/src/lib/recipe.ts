import { isRecord } from "./untrusted";

/** The settings of a picture, as in a downloaded file (libs/services/gallery/xmp.py). */
export interface Recipe {
  presetId: string;
  prompt: string;
  settings: Record<string, unknown>;
  seed: number;
}

const NAMESPACE = "https://maquette.app/ns/recipe/1.0/";
const RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const START = "<x:xmpmeta";
const END = "</x:xmpmeta>";

/**
 * The recipe in a JPEG, PNG or WebP file; null when there is none, or none that can be read. All of them contain it as
 * plain text (an XMP packet, ISO 16684-1), so the file format does not matter.
 */
export async function readRecipe(file: Blob): Promise<Recipe | null> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const start = indexOf(bytes, START, 0);
  const end = start < 0 ? -1 : indexOf(bytes, END, start);
  if (end < 0) return null;
  const text = new TextDecoder().decode(bytes.subarray(start, end + END.length));
  const packet = new DOMParser().parseFromString(text, "application/xml");
  return recipeOf(statedRecipe(packet) ?? "null");
}

/** Where ASCII text begins in a file, at `from` or later; -1 when it is not there. Text of all of a large photo is slow. */
function indexOf(bytes: Uint8Array, text: string, from: number): number {
  const [first = 0, ...rest] = new TextEncoder().encode(text);
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (rest.every((byte, index) => bytes[at + 1 + index] === byte)) return at;
  }
  return -1;
}

/** RDF/XML may write a simple property as an attribute of any Description, or as an element (ISO 16684-1, 7.4). */
function statedRecipe(packet: Document): string | null {
  const element = packet.getElementsByTagNameNS(NAMESPACE, "recipe")[0];
  if (element) return element.textContent;
  const descriptions = [...packet.getElementsByTagNameNS(RDF, "Description")];
  return (
    descriptions.map((description) => description.getAttributeNS(NAMESPACE, "recipe")).find((said) => said !== null) ??
    null
  );
}

/** Anybody may have written the file. */
function recipeOf(json: string): Recipe | null {
  let recipe: unknown;
  try {
    recipe = JSON.parse(json);
  } catch {
    return null;
  }
  if (!isRecord(recipe)) return null;
  const { preset_id: presetId, prompt, settings, seed } = recipe;
  if (typeof presetId !== "string" || typeof prompt !== "string" || !isRecord(settings)) return null;
  return Number.isSafeInteger(seed) ? { presetId, prompt, settings, seed: seed as number } : null;
}
