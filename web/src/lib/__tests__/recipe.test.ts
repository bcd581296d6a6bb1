import { describe, expect, it } from "vitest";

import { RECIPE, recipeFile } from "@/test/fixtures";

import { readRecipe } from "../recipe";

describe("a downloaded picture", () => {
  it("tells what made it, whatever stands around the packet", async () => {
    expect(await readRecipe(recipeFile(RECIPE))).toEqual({ presetId: "warm-minimal", prompt: RECIPE.prompt, settings: { light: "morning" }, seed: 7 });
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
