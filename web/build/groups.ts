import type { Plugin } from "vite";

/** A file of the build with the modules whose path fits; the rest is split by page. */
export interface ChunkGroup {
  name: string;
  /** One of these must fit. */
  include: readonly RegExp[];
  /** None of these may fit. */
  exclude?: readonly RegExp[];
  /** Only modules that this many chunks share. */
  minShareCount?: number;
  includeDependenciesRecursively?: boolean;
}

const fits = (patterns: readonly RegExp[], id: string) => patterns.some((pattern) => pattern.test(id));

/** Rolldown's own code, which every chunk may import: in a group, it would make all of them import that group. */
const RUNTIME = /rolldown.runtime/;

/** Groups as rolldown takes them. */
export function groupsForRolldown(groups: readonly ChunkGroup[]) {
  return groups.map(({ include, exclude = [], ...options }) => ({
    ...options,
    test: (id: string) => fits(include, id) && !fits([RUNTIME, ...exclude], id),
  }));
}

/** Fails where a pattern of a group matches no module: a file was renamed, and its code is now in another chunk. */
export function requireMatches(groups: readonly ChunkGroup[]): Plugin {
  return {
    name: "require-matches",
    generateBundle(_options, bundle) {
      const all = [...this.getModuleIds()];
      for (const { name, include, exclude = [] } of groups) {
        const chunks = Object.values(bundle).filter((file) => file.type === "chunk" && file.name === name);
        const inside = chunks.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
        const unused = [
          ...include.filter((pattern) => !inside.some((id) => pattern.test(id))),
          ...exclude.filter((pattern) => !all.some((id) => pattern.test(id))),
        ];
        if (unused.length > 0) this.error(`The chunk group "${name}" matches no module with ${unused.join(", ")}.`);
      }
    },
  };
}
