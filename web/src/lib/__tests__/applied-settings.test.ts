import { describe, expect, it, vi } from "vitest";

import { forgetApplied, keepApplied, keepVisitorsApplied, readApplied } from "../applied-settings";

const SETTINGS = {
  title: "Oak room",
  presetId: "warm-minimal",
  prompt: "Oak",
  settings: { light: "morning" },
  seed: 7,
};

describe("what is handed over to Create", () => {
  it("is there until it is taken", () => {
    keepApplied({ ...SETTINGS, variants: 2, input: { kind: "variant", variantId: "v", renderId: "r" } }, "alice");
    expect(readApplied("alice")).toEqual({
      ...SETTINGS,
      variants: 2,
      input: { kind: "variant", variantId: "v", renderId: "r" },
    });
    forgetApplied();
    expect(readApplied("alice")).toBeNull();
  });

  it("may be a picture alone", () => {
    keepApplied({ title: "Oak room", input: { kind: "upload", uploadId: "u" } }, "alice");
    expect(readApplied("alice")).toEqual({ title: "Oak room", input: { kind: "upload", uploadId: "u" } });
  });

  it("is forgotten after a day", () => {
    keepApplied(SETTINGS, "alice");
    vi.spyOn(Date, "now").mockReturnValue(Date.now() + 86_400_001);
    expect(readApplied("alice")).toBeNull();
  });

  it("is for who signs in next when a visitor applied it", () => {
    keepApplied(SETTINGS, null);
    keepVisitorsApplied();
    expect(readApplied("alice")).toMatchObject(SETTINGS);
  });

  it("is not for another person, who removes it by looking", () => {
    keepApplied(SETTINGS, "alice");
    expect(readApplied("bob")).toBeNull();
    expect(readApplied("alice")).toBeNull();
    expect(localStorage).toHaveLength(0);
  });

  it("goes with the person who applied it", () => {
    keepApplied(SETTINGS, "alice");
    keepVisitorsApplied();
    expect(localStorage).toHaveLength(0);
  });

  it.each([
    ["text", "no JSON"],
    ["settings of nobody", JSON.stringify({ ...SETTINGS, at: Date.now() })],
    ["a picture of no kind", JSON.stringify({ title: "x", userId: null, at: Date.now(), input: { kind: "other" } })],
    ["settings that are a list", JSON.stringify({ ...SETTINGS, userId: null, at: Date.now(), settings: [] })],
    ["a seed between numbers", JSON.stringify({ ...SETTINGS, userId: null, at: Date.now(), seed: 1.5 })],
  ])("is not trusted: %s", (_name, stored) => {
    localStorage.setItem("maquette.applied", stored);
    expect(readApplied("alice")).toBeNull();
  });
});
