import type { Listing, RenderFilters } from "@/api/render-types";

/** Search and filters of My Renders, as they are in its address. */
export interface RendersSearch {
  q?: string;
  /** Ids separated by commas. */
  family?: string;
  preset?: string;
  collection?: string;
  favorite?: true;
  /** YYYY-MM-DD, both days included, in the person's time zone. */
  from?: string;
  to?: string;
  sort?: "oldest";
  /** YYYY-MM: where the list starts. */
  month?: string;
}

const DAY = /^2\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const MONTH = /^2\d{3}-(0[1-9]|1[0-2])$/;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NAMES = /^[a-z0-9-]+(,[a-z0-9-]+)*$/;

/** The search of an address, without invalid values: anybody may have written it. */
export function parseRendersSearch(search: Record<string, unknown>): RendersSearch {
  const text = (key: string, pattern: RegExp) => {
    // The router parses a search for 2026 as a number.
    const value = typeof search[key] === "number" ? String(search[key]) : search[key];
    return typeof value === "string" && pattern.test(value) ? value : undefined;
  };
  return {
    q: text("q", /\S/),
    family: text("family", NAMES),
    preset: text("preset", NAMES),
    collection: text("collection", ID),
    favorite: search.favorite === true ? true : undefined,
    from: text("from", DAY),
    to: text("to", DAY),
    sort: search.sort === "oldest" ? search.sort : undefined,
    month: text("month", MONTH),
  };
}

/** The list for an address. */
export function listingOf({ sort, month, ...search }: RendersSearch): Listing {
  return { filters: filtersOf(search), sort: sort ?? "newest", month: month ?? null };
}

function filtersOf({ q, family, preset, collection, favorite, from, to }: RendersSearch): RenderFilters {
  return {
    text: q,
    family: family?.split(","),
    preset: preset?.split(","),
    collection_id: collection,
    favorite,
    created_from: from === undefined ? undefined : startOfDay(from, 0),
    created_before: to === undefined ? undefined : startOfDay(to, 1),
  };
}

export function isFiltered({ q, family, preset, collection, favorite, from, to }: RendersSearch): boolean {
  return [q, family, preset, collection, favorite, from, to].some((value) => value !== undefined);
}

/** The start of a day, or of the day `later` days after it, in the person's time zone. */
function startOfDay(day: string, later: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

/** YYYY-MM-DD of a time, in the person's time zone. */
export function dayOf(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
