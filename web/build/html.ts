import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Plugin } from "vite";

interface Tag {
  name: string;
  /** As written: `rel="preload"`, or a name alone. Without addresses, which the build changes. */
  attributes: string[];
}

/** Vite writes these anew. */
const CHANGED = /^(src|href)$/;

function tagsOf(html: string): Tag[] {
  const withoutComments = html.replace(/<!--.*?-->/gs, "");
  return [...withoutComments.matchAll(/<(html|meta|link|script)\b([^>]*)>/g)].map(([, name = "", text = ""]) => ({
    name,
    attributes: [...text.matchAll(/([\w-]+)(="[^"]*")?/g)].flatMap(([whole, attribute = ""]) =>
      CHANGED.test(attribute) ? [] : [whole],
    ),
  }));
}

/** The tags of `source` that `built` has no longer with all of their attributes. */
export function lostTags(source: string, built: string): string[] {
  const rest = tagsOf(built);
  return tagsOf(source).flatMap(({ name, attributes }) => {
    const at = rest.findIndex((tag) => tag.name === name && attributes.every((one) => tag.attributes.includes(one)));
    if (at >= 0) rest.splice(at, 1);
    return at >= 0 ? [] : [`<${[name, ...attributes].join(" ")}>`];
  });
}

/** Vite writes the tag of the entry anew, with its address only: gives it the attributes back that index.html has. */
export function keepEntryAttributes(): Plugin {
  let source = "";
  return {
    name: "keep-entry-attributes",
    apply: "build",
    configResolved: ({ root }) => {
      source = sourceIn(root);
    },
    transformIndexHtml: {
      order: "post",
      handler: (html) => {
        const [, kept = ""] = /<script type="module"([^>]*?) src="[^"]*">/.exec(source) ?? [];
        return html.replace('<script type="module"', `<script type="module"${kept}`);
      },
    },
  };
}

/** Fails where a tag of index.html has lost an attribute in the build. */
export function requireAttributes(): Plugin {
  let source = "";
  return {
    name: "require-attributes",
    apply: "build",
    configResolved: ({ root }) => {
      source = sourceIn(root);
    },
    writeBundle(_options, bundle) {
      const built = bundle["index.html"];
      const lost = lostTags(source, built?.type === "asset" ? String(built.source) : "");
      if (lost.length > 0) this.error(`index.html has lost attributes of ${lost.join(", ")}.`);
    },
  };
}

function sourceIn(root: string): string {
  return readFileSync(join(root, "index.html"), "utf8");
}

/** Everything that each page needs first is requested by index.html, not one round trip later by the entry. */
export function preloadStart(): Plugin {
  return {
    name: "preload-start",
    transformIndexHtml(html, { bundle }) {
      if (!bundle) return [];
      const start = Object.values(bundle).find((file) => file.type === "chunk" && file.name === "start");
      if (start?.type !== "chunk") throw new Error('There is no chunk "start" that index.html could preload.');
      const missing = [start.fileName, ...start.imports].filter((file) => !html.includes(file));
      return missing.map((file) => ({
        tag: "link",
        attrs: { rel: "modulepreload", crossorigin: true, fetchpriority: "low", href: `/${file}` },
        injectTo: "head",
      }));
    },
  };
}
