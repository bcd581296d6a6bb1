import { fileURLToPath } from "node:url";

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  plugins: [react(), tailwindcss()],
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
    // What rarely changes in files of its own, so that a release leaves them in the browser's cache.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: "auth", test: /node_modules\/@supabase\// },
            { name: "platform", test: /node_modules\/@tanstack\/(?!.*virtual)/ },
          ],
        },
      },
    },
  },
  server: { host: "127.0.0.1", proxy: { "/api": process.env.API_URL ?? "http://127.0.0.1:8000" } },
  test: {
    environment: "jsdom",
    include: ["src/**/__tests__/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test/setup.ts"],
    // One jsdom and one copy of React for all files of a worker: setup.ts gives each test new modules and a clean page.
    isolate: false,
    // Pages load their code anew in each test; on a busy machine that takes seconds.
    testTimeout: 30_000,
    restoreMocks: true,
    unstubGlobals: true,
  },
});
