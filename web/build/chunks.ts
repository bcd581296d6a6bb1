import { gzipSync } from "node:zlib";

import type { Plugin } from "vite";

/** Files that import each other run in the order of their arrival; sometimes an import would not be ready yet. */
export function refuseCircles(): Plugin {
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

/** Bytes after gzip, by the name of the chunk. */
export interface Budgets {
  chunks: Readonly<Record<string, number>>;
  /** Every chunk that has no budget of its own. */
  others: number;
  /** All that index.html requests, together. */
  first: number;
}

/** Fails where a chunk of code or styles is larger than its budget, or a budget names no chunk. */
export function requireBudgets({ chunks, others, first }: Budgets): Plugin {
  return {
    name: "require-budgets",
    apply: "build",
    writeBundle(_options, bundle) {
      const files = Object.values(bundle).filter(({ fileName }) => /\.(js|css)$/.test(fileName));
      const sized = files.map((file) => ({
        file: file.fileName,
        name: nameOf(file.fileName),
        bytes: gzipSync(file.type === "chunk" ? file.code : file.source).length,
      }));
      const html = bundle["index.html"];
      const text = html?.type === "asset" ? String(html.source) : "";
      const requested = sized.filter(({ file }) => text.includes(file)).reduce((sum, { bytes }) => sum + bytes, 0);
      const problems = [
        ...sized
          .filter(({ name, bytes }) => bytes > (chunks[name] ?? others))
          .map(({ name, bytes }) => `${name} has ${bytes} bytes, ${chunks[name] ?? others} are allowed`),
        ...Object.keys(chunks)
          .filter((name) => !sized.some((file) => file.name === name))
          .map((name) => `there is no chunk ${name}`),
        ...(requested > first ? [`index.html requests ${requested} bytes, ${first} are allowed`] : []),
      ];
      if (problems.length > 0) this.error(`After gzip: ${problems.join("; ")}. The budgets are in vite.config.ts.`);
    },
  };
}

/** "create-page.js" for "assets/create-page-B9dNgcv9.js". */
function nameOf(fileName: string): string {
  return fileName.replace(/^.*\//, "").replace(/-[\w-]{8}(?=\.\w+$)/, "");
}
