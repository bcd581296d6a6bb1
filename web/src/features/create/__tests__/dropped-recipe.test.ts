import { describe, expect, it } from "vitest";

import { CONFIG } from "@/test/fixtures";

import { recipeChanges } from "../dropped-recipe";

const RECIPE = {
  presetId: "warm-minimal",
  prompt: "Oak",
  settings: { light: "morning", shape: "square", follow: 40 },
  seed: 7,
};

describe("a recipe on Create", () => {
  it("becomes a draft with its seed locked", () => {
    const changes = recipeChanges(RECIPE, CONFIG);
    expect(changes?.draft).toMatchObject({
      presetId: "warm-minimal",
      prompt: "Oak",
      settings: RECIPE.settings,
      seed: 7,
      seedLocked: true,
    });
    expect(changes?.changed).toBe(false);
  });

  it("is refused when its preset is no longer offered", () => {
    expect(recipeChanges({ ...RECIPE, presetId: "retired" }, CONFIG)).toBeNull();
  });

  it.each([
    ["a value that is no longer offered", { ...RECIPE, settings: { light: "midnight" } }, { light: "afternoon" }],
    ["a number outside its range", { ...RECIPE, settings: { follow: 400 } }, { follow: 65 }],
    ["a setting that does not exist", { ...RECIPE, settings: { evil: "__proto__" } }, {}],
  ])("falls back to the default for %s, and says so", (_name, recipe, settings) => {
    const changes = recipeChanges(recipe, CONFIG);
    expect(changes?.draft.settings).toEqual(settings);
    expect(changes?.changed).toBe(true);
  });

  it("keeps no seed and no words beyond the limits", () => {
    const changes = recipeChanges({ ...RECIPE, seed: 2 ** 40, prompt: "ü".repeat(1001) }, CONFIG);
    expect(changes?.draft.seed).toBeUndefined();
    expect(changes?.draft.prompt).toHaveLength(1000);
  });
});
