import type { Page } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];

export type RenderCard = Schemas["RenderCardView"];
export type RenderDetail = Schemas["RenderDetailView"];
export type RenderVariant = Schemas["VariantView"];
export type Cover = Schemas["CoverView"];
export type Sort = "newest" | "oldest" | "deleted" | "manual" | "added";

/** Which renders a list shows, with the API's own names. Dates are ISO times, from inclusive, before exclusive. */
export interface RenderFilters {
  preset?: string[];
  family?: string[];
  text?: string;
  favorite?: boolean;
  collection_id?: string;
  created_from?: string;
  created_before?: string;
  trashed?: boolean;
}

/** A list as it is shown. With `month` (YYYY-MM) it starts there; the renders before it are loaded on demand. */
export interface Listing {
  filters: RenderFilters;
  sort: Sort;
  month: string | null;
}

/** "on" is the list from its start onwards; "before" is what comes before its month, nearest first. */
export type Part = "on" | "before";

/** A page of a list. */
export interface RendersPage extends Page<RenderCard> {
  /** When it was asked for, as `tick` counts: changes that were done later are not in it. */
  requestedAt: number;
  /** When it was read, in milliseconds since 1970, because its signed URLs expire. */
  readAt: number;
}

/** Chooses lists of renders. */
export type ListMatcher = (listing: Listing, part: Part) => boolean;
