import { prefetch, prefetchPictures } from "@/api/prefetched";
import { timeZone } from "@/lib/time-zone";

/** The code of every page by its address, for the router and for what runs before the router has loaded. */
export const pageCode = {
  "/": () => import("@/features/community/landing-page"),
  "/community": () => import("@/features/community/community-page"),
  "/community/$slug": () => import("@/features/community/set-page"),
  "/s/$token": () => import("@/features/share-links/shared-page"),
  "/pricing": () => import("@/features/pricing/pricing-page"),
  "/terms": () => import("@/features/legal/legal-page"),
  "/privacy": () => import("@/features/legal/legal-page"),
  "/contact": () => import("@/features/legal/legal-page"),
  "/sign-in": () => import("@/features/sign-in/sign-in-page"),
  "/reset-password": () => import("@/features/sign-in/reset-password-page"),
  "/dashboard/create": () => import("@/features/create/create-page"),
  "/dashboard/renders": () => import("@/features/my-renders/renders-page"),
  "/dashboard/trash": () => import("@/features/my-renders/trash-page"),
  "/dashboard/renders/$renderId": () => import("@/features/render-detail/render-page"),
  "/dashboard/compare": () => import("@/features/render-detail/compare-page"),
  "/dashboard/collections": () => import("@/features/collections/collections-page"),
  "/dashboard/collections/$collectionId": () => import("@/features/collections/collection-page"),
  "/dashboard/account": () => import("@/features/account/account-page"),
  "/dashboard/links": () => import("@/features/share-links/my-links-page"),
  "/dashboard/usage": () => import("@/features/usage/usage-page"),
  "/dashboard/billing/return": () => import("@/features/usage/return-page"),
};

/** The first requests of these pages. A filter or another order changes the request, so it is not sent early. */
const SHELL_ASKS = ["/api/v1/usage", "/api/v1/generations?limit=12"];
const RENDERS_ASKS = [
  "/api/v1/renders?sort=newest&limit=50",
  `/api/v1/renders/months?time_zone=${encodeURIComponent(timeZone())}`,
  "/api/v1/collections?limit=50",
] as const;

/** Requests the data of the page at an address while its code is still loading. */
export function prefetchData({ pathname, search }: Pick<Location, "pathname" | "search">) {
  if (pathname.startsWith("/dashboard/")) prefetch(SHELL_ASKS);
  if (pathname === "/dashboard/renders" && search === "") {
    prefetch(RENDERS_ASKS);
    prefetchPictures(RENDERS_ASKS[0]);
  }
}

/**
 * Requests the code of the page at an address together with the router, which would request it one round trip later.
 */
export function preloadCode({ pathname }: Pick<Location, "pathname">) {
  const names = pathname.split("/");
  const fits = (address: string) => {
    const parts = address.split("/");
    return parts.length === names.length && parts.every((part, index) => part === names[index] || part.startsWith("$"));
  };
  // If it fails, the router requests it again and shows the error.
  for (const [address, load] of Object.entries(pageCode)) if (fits(address)) load().catch(() => undefined);
}
