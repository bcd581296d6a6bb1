import js from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import { defineConfig } from "eslint/config";
import globals from "globals";
import tseslint from "typescript-eslint";

const COMPONENTS = ["components", "overlays", "viewer", "picture", "ui"];

/**
 * Layers from top to bottom, and what each may import besides itself. An arrow that is missing here is an error. All
 * arrows go down, so folders cannot import each other in a circle; .dependency-cruiser.mjs says it of files.
 */
const LAYERS = {
  app: ["feature", "gallery", "publishing", "api", "auth", ...COMPONENTS, "lib", "styles"],
  // Another feature is not in the list: what two features share moves to a layer below them.
  feature: ["gallery", "publishing", "api", "auth", ...COMPONENTS, "lib"],
  // The grid of renders and what can be done with them, wherever they are listed.
  gallery: ["api", ...COMPONENTS, "lib"],
  // Share links, reports and settings of published pictures, on pages of several features.
  publishing: ["api", "auth", ...COMPONENTS, "lib"],
  api: ["auth", "lib"],
  auth: ["ui", "lib"],
  components: ["ui", "lib"],
  // Dialogs, menus, popovers and toasts: small parts on the page, which load the code of their panels later.
  overlays: ["viewer", "ui", "lib"],
  viewer: ["ui", "lib"],
  picture: ["ui", "lib"],
  ui: ["lib"],
  lib: [],
  styles: [],
};

const order = Object.keys(LAYERS);
for (const [layer, targets] of Object.entries(LAYERS)) {
  const upward = targets.filter((target) => order.indexOf(target) <= order.indexOf(layer));
  if (upward.length > 0) throw new Error(`${layer} lies below ${upward.join(", ")} and must not import it.`);
}

/** The folder of a layer; features are folders of their own. */
function elementOf(layer) {
  if (layer === "feature") return { type: layer, pattern: "src/features/*", capture: ["name"] };
  const nested = COMPONENTS.includes(layer) && layer !== "components";
  return { type: layer, pattern: nested ? `src/components/${layer}` : `src/${layer}` };
}

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
      "max-lines": ["error", { max: 300 }],
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
      // The deepest folders first.
      "boundaries/elements": order.toReversed().map(elementOf),
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
        { selector: "Property[key.name='queryKey'] > ArrayExpression", message: "Name it in src/api/keys.ts." },
      ],
    },
  },
  {
    files: ["src/**"],
    // local-clock.ts asks Auth alone.
    ignores: ["src/api/**", "src/test/**", "src/auth/local-clock.ts"],
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
    files: ["**/*.{js,mjs}", "vite.config.ts"],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: { globals: globals.node },
  },
);
