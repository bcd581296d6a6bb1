import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { compression } from "vite-plugin-compression2";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

/** Everything that each page needs first is requested by index.html, not one round trip later by the entry. */
function preloadStart(): Plugin {
  return {
    name: "preload-start",
    transformIndexHtml(html, { bundle = {} }) {
      const start = Object.values(bundle).find(({ name }) => name === "start");
      if (start?.type !== "chunk") return [];
      const missing = [start.fileName, ...start.imports].filter((file) => !html.includes(file));
      return missing.map((file) => ({
        tag: "link",
        attrs: { rel: "modulepreload", crossorigin: true, fetchpriority: "low", href: `/${file}` },
        injectTo: "head",
      }));
    },
  };
}

/** Files that import each other run in the order of their arrival; sometimes an import would not be ready yet. */
function refuseCircles(): Plugin {
  return {
    name: "refuse-circles",
    generateBundle(_options, bundle) {
      const visit = (file: string, path: string[]) => {
        if (path.includes(file)) this.error(`These files import each other: ${[...path, file].join(", ")}`);
        const chunk = bundle[file];
        if (chunk?.type === "chunk") for (const next of chunk.imports) visit(next, [...path, file]);
      };
      for (const file of Object.keys(bundle)) visit(file, []);
    },
  };
}

export default defineConfig({
  plugins: [
    react(),
    tailwindcss(),
    preloadStart(),
    refuseCircles(),
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
    // What rarely changes is in files of its own, so that they stay in the browser's cache after a release.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: "platform", test: /node_modules\/@tanstack\/(?!.*virtual)/ },
            // The code that loads all others must come first, and without them.
            { name: "entry", test: /preload-helper|page-code|prefetched|kept-session|time-zone/ },
            // Shared code of pages is in one file, except what only lists need.
            {
              name: "shared",
              test: /^(?!.*(rolldown.runtime|src\/gallery|virtual))/,
              minShareCount: 2,
              includeDependenciesRecursively: false,
            },
            { name: "gallery", test: /src\/gallery\/(?!use-reorder)|virtual-core|react-virtual/ },
          ],
        },
      },
    },
  },
  server: { host: "127.0.0.1", proxy: { "/api": process.env.API_URL ?? "http://127.0.0.1:8000" } },
  test: {
    environment: "jsdom",
    env: { TZ: "UTC" },
    include: ["src/**/__tests__/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    // One jsdom and one copy of React for all files of a worker; setup.ts gives each test new modules and an empty
    // page.
    isolate: false,
    // Each test loads the code of pages anew; on a busy machine that takes seconds.
    testTimeout: 30_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
