export type CollectionSort = "manual" | "added" | "newest" | "oldest";

/** How a collection is ordered, as it stands in its address; the owner's own order stands in none. */
export interface CollectionSearch {
  sort?: Exclude<CollectionSort, "manual">;
}

/** What an address says, without what makes no sense. */
export function parseCollectionSearch({ sort }: Record<string, unknown>): CollectionSearch {
  return sort === "added" || sort === "newest" || sort === "oldest" ? { sort } : {};
}
