import { beforeEach, expect, it, onTestFinished } from "vitest";

beforeEach(() => {
  for (const theme of ["light", "dark"]) {
    const color = document.createElement("meta");
    color.dataset.theme = theme;
    document.head.append(color);
    onTestFinished(() => color.remove());
  }
});

const colors = () => [...document.querySelectorAll<HTMLMetaElement>("meta[data-theme]")].map(({ media }) => media);

it("the color of the browser's bar follows the chosen theme, and the system again", async () => {
  const { setPreferences } = await import("../preferences");
  setPreferences({ theme: "dark" });
  expect(colors()).toEqual(["not all", "all"]);
  setPreferences({ theme: "light" });
  expect(colors()).toEqual(["all", "not all"]);
  setPreferences({ theme: "system" });
  expect(colors()).toEqual(["(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"]);
});
