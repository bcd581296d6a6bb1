import { describe, expect, it } from "vitest";

import { RECIPE, recipeFile } from "@/test/fixtures";

import { readRecipe } from "../recipe";

describe("a downloaded picture", () => {
  it("tells what made it, whatever stands around the packet", async () => {
    expect(await readRecipe(recipeFile(RECIPE))).toEqual({
      presetId: "warm-minimal",
      prompt: RECIPE.prompt,
      settings: { light: "morning" },
      seed: 7,
    });
  });

  it("photo F5: still tells it after another tool wrote the packet anew, as exiftool does", async () => {
    const recipe = JSON.stringify(RECIPE).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    const rewritten = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
      <rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:Rating>5</xmp:Rating></rdf:Description>
      <rdf:Description xmlns:m="https://maquette.app/ns/recipe/1.0/"><m:recipe>${recipe}</m:recipe></rdf:Description>
      </rdf:RDF></x:xmpmeta>`;
    expect(await readRecipe(new Blob([rewritten]))).toEqual(await readRecipe(recipeFile(RECIPE)));

    const attribute = rewritten.replace(
      / xmlns:m=("[^"]*")><m:recipe>.*<\/m:recipe>/,
      ` xmlns:m=$1 m:recipe="${recipe.replaceAll('"', "&quot;")}">`,
    );
    expect(await readRecipe(new Blob([attribute]))).toEqual(await readRecipe(recipeFile(RECIPE)));
  });

  it.each([
    ["no packet", new Blob(["<svg/>"])],
    ["half a packet", new Blob(["<x:xmpmeta <<<"])],
    ["a packet that is no XML", new Blob(["<x:xmpmeta <<< </x:xmpmeta>"])],
    ["a recipe that is no object", recipeFile("text")],
    ["a recipe without a preset", recipeFile({ ...RECIPE, preset_id: 3 })],
    ["a seed that is no number", recipeFile({ ...RECIPE, seed: "7" })],
    ["settings that are a list", recipeFile({ ...RECIPE, settings: [] })],
  ])("with %s is a photo like any other", async (_name, file) => {
    expect(await readRecipe(file)).toBeNull();
  });
});
