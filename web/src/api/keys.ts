import type { QueryKey } from "@tanstack/react-query";

import type { Listing, Part, RenderFilters } from "./render-types";

/** The key of each query. One that is the beginning of others stands for all of them. */
export const keys = {
  config: ["config"],
  usage: { all: ["usage"], current: ["usage", "current"], days: ["usage", "days"], entries: ["usage", "entries"] },
  billing: ["billing"],
  generations: {
    all: ["generations"],
    list: ["generations", "list"],
    one: (id: string) => ["generations", "one", id] as const,
  },
  renders: {
    lists: ["renders", "list"],
    list: (listing: Listing, part: Part) => ["renders", "list", listing, part] as const,
    allMonths: ["renders", "months"],
    months: (filters: RenderFilters) => ["renders", "months", filters] as const,
    details: ["renders", "one"],
    one: (id: string) => ["renders", "one", id] as const,
  },
  collections: {
    all: ["collections"],
    lists: ["collections", "list"],
    list: (containing: string | null) => ["collections", "list", containing] as const,
    one: (id: string) => ["collections", "one", id] as const,
  },
  shares: { all: ["shares"], mine: ["shares", "mine"], of: (target: object) => ["shares", "of", target] as const },
  uploads: { all: ["uploads"], list: ["uploads", "list"] },
  /** The current URL of an upload or a variant. */
  pictureUrl: (id: string) => ["picture-url", id] as const,
  /** What a link shows. */
  shared: (token: string) => ["shared", token] as const,
  community: {
    sets: (tag: string | null) => ["community", "sets", tag] as const,
    tags: ["community", "tags"],
    set: (slug: string) => ["community", "set", slug] as const,
  },
} as const;

/** The list of renders that a key names. */
export function listOf(queryKey: QueryKey): [Listing, Part] {
  const [, , listing, part] = queryKey as ReturnType<typeof keys.renders.list>;
  return [listing, part];
}
