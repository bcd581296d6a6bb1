export type CollectionSort = "manual" | "added" | "newest" | "oldest";

/** The order of a collection in its address; the owner's own order is not written there. */
export interface CollectionSearch {
  sort?: Exclude<CollectionSort, "manual">;
}

/** The search of an address, without invalid values. */
export function parseCollectionSearch({ sort }: Record<string, unknown>): CollectionSearch {
  return sort === "added" || sort === "newest" || sort === "oldest" ? { sort } : {};
}
