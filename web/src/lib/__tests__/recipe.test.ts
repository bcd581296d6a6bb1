import { describe, expect, it } from "vitest";

import { readRecipe } from "../recipe";

const RECIPE = { render_id: "r", variant: 0, preset_id: "warm-minimal", prompt: `Oak & "linen" <it's>`, settings: { light: "morning" }, seed: 7 };

/** As libs/services/recipe.py writes it: an attribute of an XMP packet, quoted as xml.sax.saxutils does. */
function fileWith(recipe: unknown): Blob {
  const text = JSON.stringify(recipe).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
  const packet =
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">' +
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""' +
    ` xmlns:maquette="https://maquette.app/ns/recipe/1.0/" maquette:recipe="${text}"/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>`;
  return new Blob([new Uint8Array([0xff, 0xd8, 0x00, 0xfe]), packet, new Uint8Array([0x80, 0xff])]);
}

describe("a downloaded picture", () => {
  it("tells what made it, whatever stands around the packet", async () => {
    expect(await readRecipe(fileWith(RECIPE))).toEqual({ presetId: "warm-minimal", prompt: RECIPE.prompt, settings: { light: "morning" }, seed: 7 });
  });

  it.each([
    ["no packet", new Blob(["<svg/>"])],
    ["half a packet", new Blob(["<x:xmpmeta <<<"])],
    ["a packet that is no XML", new Blob(["<x:xmpmeta <<< </x:xmpmeta>"])],
    ["a recipe that is no object", fileWith("text")],
    ["a recipe without a preset", fileWith({ ...RECIPE, preset_id: 3 })],
    ["a seed that is no number", fileWith({ ...RECIPE, seed: "7" })],
    ["settings that are a list", fileWith({ ...RECIPE, settings: [] })],
  ])("with %s is a photo like any other", async (_name, file) => {
    expect(await readRecipe(file)).toBeNull();
  });
});
