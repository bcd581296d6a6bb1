/** The two renders to compare. A variant's id follows after a dot, unless the cover is meant. */
export interface CompareSearch {
  a?: string;
  b?: string;
}

const SIDE = /^[0-9a-f-]{36}(\.[0-9a-f-]{36})?$/;

/** The search of an address, without invalid values. */
export function parseCompareSearch({ a, b }: Record<string, unknown>): CompareSearch {
  return {
    a: typeof a === "string" && SIDE.test(a) ? a : undefined,
    b: typeof b === "string" && SIDE.test(b) ? b : undefined,
  };
}

export function sideOf(renderId: string, variantId: string): string {
  return `${renderId}.${variantId}`;
}

export function partsOf(side: string): { renderId: string; variantId: string | null } {
  const [renderId = "", variantId = null] = side.split(".");
  return { renderId, variantId };
}
