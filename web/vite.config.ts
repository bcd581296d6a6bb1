import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { compression } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";

import { refuseCircles, requireBudgets, type Budgets } from "./build/chunks.ts";
import { groupsForRolldown, requireMatches, type ChunkGroup } from "./build/groups.ts";
import { keepEntryAttributes, preloadStart, requireAttributes } from "./build/html.ts";

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** What rarely changes is in files of its own, so that they stay in the browser's cache after a release. */
const GROUPS: readonly ChunkGroup[] = [
  { name: "react", include: [/node_modules\/react\//, /node_modules\/react-dom\//, /node_modules\/scheduler\//] },
  { name: "platform", include: [/node_modules\/@tanstack\//], exclude: [/virtual/] },
  // The code that loads all others must come first, and without them.
  {
    name: "entry",
    include: [
      /preload-helper/,
      /src\/lib\/time-zone/,
      /src\/app\/pages/,
      /src\/api\/prefetched/,
      /src\/auth\/kept-session/,
    ],
  },
  // What Create does not need: share links, reports and billing. The router reads the addresses of open pictures.
  {
    name: "publishing",
    include: [/src\/publishing\//, /src\/api\/shares\./, /src\/api\/report\./, /src\/api\/billing\./],
    exclude: [/open-item/],
    includeDependenciesRecursively: false,
  },
  // Shared code of pages is in one file, except what only lists need.
  {
    name: "shared",
    include: [/./],
    exclude: [/src\/gallery/, /virtual/],
    minShareCount: 2,
    includeDependenciesRecursively: false,
  },
  { name: "gallery", include: [/src\/gallery\//, /virtual-core/, /react-virtual/], exclude: [/use-reorder/] },
];

/** About a tenth above what they have. To raise one is a decision of its own commit, with its reason. */
const BUDGETS: Budgets = {
  chunks: {
    "react.js": 74_000,
    "panels.js": 41_500,
    "platform.js": 40_000,
    "shared.js": 37_000,
    // Supabase Auth, after the page.
    "module.js": 25_000,
    "create-page.js": 21_500,
    "gallery.js": 20_000,
    "index.css": 15_000,
    "collection-page.js": 13_000,
    "start.js": 9_000,
  },
  others: 6_500,
  first: 169_000,
};

export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    keepEntryAttributes(),
    preloadStart(),
    refuseCircles(),
    requireMatches(GROUPS),
    requireAttributes(),
    requireBudgets(BUDGETS),
    compression({ algorithms: ["brotliCompress", "gzip"], include: /\.(js|css|html|svg)$/ }),
  ],
  resolve: {
    alias: {
      "@": source(""),
      // Radix locks scrolling through an inline <style>, which our CSP forbids.
      "react-style-singleton": source("lib/style-singleton.ts"),
    },
  },
  build: {
    // The CSP allows fonts, scripts and styles from our origin only, so nothing may become a data: URL.
    assetsInlineLimit: 0,
    // Every browser that reads our CSS knows modulepreload.
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: groupsForRolldown(GROUPS) } } },
  },
  server: { host: "127.0.0.1", proxy: { "/api": process.env.API_URL ?? "http://127.0.0.1:8000" } },
  test: {
    // Each test loads the code of pages anew; on a busy machine that takes seconds.
    env: { TZ: "UTC" },
    testTimeout: 30_000,
    restoreMocks: true,
    unstubGlobals: true,
    projects: [
      {
        extends: true,
        test: {
          name: "app",
          environment: "jsdom",
          include: ["src/**/__tests__/**/*.test.{ts,tsx}"],
          setupFiles: ["src/test/setup.ts"],
          // One jsdom and one copy of React for all files of a worker; setup.ts gives each test new modules and an
          // empty page.
          isolate: false,
        },
      },
      { extends: true, test: { name: "build", include: ["build/__tests__/**/*.test.ts"] } },
    ],
  },
});
