import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { build, type Plugin } from "vite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { requireBudgets } from "../chunks";
import { groupsForRolldown, requireMatches, type ChunkGroup } from "../groups";
import { keepEntryAttributes, lostTags, preloadStart, requireAttributes } from "../html";

const HTML = `<!doctype html>
<html lang="en"><head><title>App</title></head>
<body><script type="module" fetchpriority="low" src="/main.ts"></script></body></html>`;

let root: string;

/** An app whose entry loads its start later. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "build-"));
  writeFileSync(join(root, "index.html"), HTML);
  writeFileSync(join(root, "main.ts"), `void import("./start");`);
  writeFileSync(join(root, "start.ts"), `import { word } from "./word"; document.title = word;`);
  writeFileSync(join(root, "word.ts"), `export const word = ${JSON.stringify("lorem ipsum ".repeat(50))};`);
});

afterEach(() => rmSync(root, { recursive: true }));

async function built(plugins: Plugin[], groups: readonly ChunkGroup[] = []): Promise<string> {
  await build({
    root,
    configFile: false,
    logLevel: "silent",
    plugins,
    build: {
      modulePreload: { polyfill: false },
      rolldownOptions: { output: { codeSplitting: { groups: groupsForRolldown(groups) } } },
    },
  });
  return readFileSync(join(root, "dist", "index.html"), "utf8");
}

describe("B14: a tag of index.html", () => {
  it("keeps its attributes in the build", async () => {
    const html = await built([keepEntryAttributes(), requireAttributes()]);
    expect(html).toMatch(/<script type="module" fetchpriority="low"[^>]* src="\/assets\//);
  });

  it("that loses one fails the build", async () => {
    await expect(built([requireAttributes()])).rejects.toThrow(
      'index.html has lost attributes of <script type="module" fetchpriority="low">.',
    );
  });

  it("may gain attributes and other addresses, and is not found in a comment or in another tag", () => {
    const link = '<link rel="preload" as="font" crossorigin href="/a.woff2" />';
    expect(lostTags(link, '<link crossorigin rel="preload" href="/assets/a-1.woff2" as="font" data-x="1">')).toEqual(
      [],
    );
    const lost = ['<link rel="preload" as="font" crossorigin>'];
    expect(lostTags(link, `<!-- ${link} -->`)).toEqual(lost);
    expect(lostTags(link + link, link)).toEqual(lost);
    expect(lostTags(link, '<link rel="preload" as="font">')).toEqual(lost);
  });
});

describe("a chunk group", () => {
  const words = { name: "words", include: [/word\.ts$/], exclude: [/start\.ts$/] };

  it("is a file of its own", async () => {
    await built([requireMatches([words])], [words]);
  });

  it.each([
    ["pattern", { ...words, include: [/word\.ts$/, /vocabulary\.ts$/] }, String.raw`/vocabulary\.ts$/`],
    ["exclusion", { ...words, exclude: [/begin\.ts$/] }, String.raw`/begin\.ts$/`],
  ])("with a %s that fits no file fails the build", async (_, group, pattern) => {
    await expect(built([requireMatches([group])], [group])).rejects.toThrow(
      `The chunk group "words" matches no module with ${pattern}.`,
    );
  });
});

it("a build without the chunk that index.html preloads fails", async () => {
  expect(await built([preloadStart()])).toContain('<link rel="modulepreload" crossorigin fetchpriority="low"');
  writeFileSync(join(root, "main.ts"), `void import("./word");`);
  await expect(built([preloadStart()])).rejects.toThrow('There is no chunk "start" that index.html could preload.');
});

describe("a chunk", () => {
  const enough = { chunks: { "start.js": 1000 }, others: 1000, first: 1000 };

  it("within its budget is built", async () => {
    await built([requireBudgets(enough)]);
  });

  it.each([
    ["with a budget of its own", { ...enough, chunks: { "start.js": 20 } }, /start\.js has \d+ bytes, 20 are allowed/],
    ["without one", { ...enough, chunks: {}, others: 20 }, /start\.js has \d+ bytes, 20 are allowed/],
    ["that index.html requests", { ...enough, first: 20 }, /index\.html requests \d+ bytes, 20 are allowed/],
    ["that was renamed", { ...enough, chunks: { "begin.js": 1000 } }, /there is no chunk begin\.js/],
  ])("%s fails the build when it is over its budget", async (_, budgets, message) => {
    await expect(built([requireBudgets(budgets)])).rejects.toThrow(message);
  });
});
