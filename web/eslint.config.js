import js from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import globals from "globals";
import tseslint from "typescript-eslint";

/** Layers, and what each may import besides itself. An arrow that is missing here is an error. */
const LAYERS = {
  app: ["app", "feature", "gallery", "sharing", "api", "auth", "components", "lib", "styles"],
  // Another feature is not in the list: what two features share moves to a layer below them.
  feature: ["gallery", "sharing", "api", "auth", "components", "lib"],
  // The grid of renders and what can be done with them, wherever they are listed.
  gallery: ["api", "components", "lib"],
  // Dialogs and buttons with requests of their own, which stand on pages of several features.
  sharing: ["api", "auth", "components", "lib"],
  api: ["auth", "lib"],
  auth: ["components", "lib"],
  components: ["lib"],
  lib: [],
};

export default defineConfig(
  { ignores: ["dist", "coverage", "src/api/schema.d.ts"] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  jsxA11y.flatConfigs.strict,
  reactHooks.configs.flat.recommended,
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // `onClick={() => close()}` is a statement, not a mistake.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    },
  },
  {
    files: ["src/**"],
    plugins: { boundaries },
    settings: {
      "import/resolver": { typescript: { project: import.meta.dirname } },
      "boundaries/elements": [
        { type: "feature", pattern: "src/features/*", capture: ["name"] },
        ...["app", "gallery", "sharing", "api", "auth", "components", "lib", "styles"].map((type) => ({
          type,
          pattern: `src/${type}`,
        })),
      ],
    },
    rules: {
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          policies: [
            ...Object.entries(LAYERS).map(([type, targets]) => ({
              from: { element: { type } },
              allow: { to: { element: { types: { anyOf: targets } } } },
            })),
            { allow: { to: { module: { origin: "external" } } } },
          ],
        },
      ],
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "Everything people or providers write is text.",
        },
      ],
    },
  },
  {
    files: ["src/features/**", "src/components/**", "src/gallery/**", "src/app/**"],
    rules: { "no-restricted-globals": ["error", { name: "fetch", message: "Use src/api/client.ts." }] },
  },
  {
    files: ["src/**"],
    ignores: ["src/auth/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["@supabase/*"], message: "Supabase is for signing in, in src/auth. Data goes through src/api." },
          ],
        },
      ],
    },
  },
  {
    files: ["**/*.js", "vite.config.ts"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
  },
);
