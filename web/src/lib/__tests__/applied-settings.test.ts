import { describe, expect, it, vi } from "vitest";

import { forgetApplied, keepApplied, readApplied } from "../applied-settings";

const SETTINGS = { title: "Oak room", presetId: "warm-minimal", prompt: "Oak", settings: { light: "morning" }, seed: 7 };

describe("what is handed over to Create", () => {
  it("is there until it is taken", () => {
    keepApplied({ ...SETTINGS, variants: 2, input: { kind: "variant", variantId: "v", renderId: "r" } });
    expect(readApplied()).toEqual({ ...SETTINGS, variants: 2, input: { kind: "variant", variantId: "v", renderId: "r" } });
    forgetApplied();
    expect(readApplied()).toBeNull();
  });

  it("may be a picture alone", () => {
    keepApplied({ title: "Oak room", input: { kind: "upload", uploadId: "u" } });
    expect(readApplied()).toEqual({ title: "Oak room", input: { kind: "upload", uploadId: "u" } });
  });

  it("is forgotten after a day", () => {
    keepApplied(SETTINGS);
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 86_400_001);
    expect(readApplied()).toBeNull();
  });

  it.each([
    ["text", "no JSON"],
    ["a picture of no kind", JSON.stringify({ title: "x", at: Date.now(), input: { kind: "other" } })],
    ["settings that are a list", JSON.stringify({ ...SETTINGS, at: Date.now(), settings: [] })],
    ["a seed between numbers", JSON.stringify({ ...SETTINGS, at: Date.now(), seed: 1.5 })],
  ])("is not trusted: %s", (_name, stored) => {
    localStorage.setItem("maquette.applied", stored);
    expect(readApplied()).toBeNull();
  });
});
