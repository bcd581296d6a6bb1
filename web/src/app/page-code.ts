import { askFirst, fetchPictures } from "@/api/first-answers";

/** The code of every page by its address, for the router and for what runs before the router is there. */
export const pageCode = {
  "/": () => import("@/features/community/landing-page"),
  "/community": () => import("@/features/community/community-page"),
  "/community/$slug": () => import("@/features/community/set-page"),
  "/s/$token": () => import("@/features/share/shared-page"),
  "/sign-in": () => import("@/features/auth/sign-in-page"),
  "/reset-password": () => import("@/features/auth/reset-password-page"),
  "/dashboard/create": () => import("@/features/create/create-page"),
  "/dashboard/renders": () => import("@/features/renders/renders-page"),
  "/dashboard/trash": () => import("@/features/renders/trash-page"),
  "/dashboard/renders/$renderId": () => import("@/features/render/render-page"),
  "/dashboard/compare": () => import("@/features/render/compare-page"),
  "/dashboard/collections": () => import("@/features/collections/collections-page"),
  "/dashboard/collections/$collectionId": () => import("@/features/collections/collection-page"),
  "/dashboard/account": () => import("@/features/account/account-page"),
  "/dashboard/links": () => import("@/features/share/my-links-page"),
  "/dashboard/usage": () => import("@/features/usage/usage-page"),
  "/dashboard/billing/return": () => import("@/features/usage/return-page"),
};

/** What these pages will ask for; a filter or an order makes another list. */
const SHELL_ASKS = ["/api/v1/usage", "/api/v1/generations?limit=12"];
const RENDERS_ASKS = ["/api/v1/renders?sort=newest&limit=50", "/api/v1/renders/months", "/api/v1/collections?limit=50"] as const;

/** Asks for the data of the page at an address, beside the code that will want it. */
export function askForPage({ pathname, search }: Pick<Location, "pathname" | "search">) {
  if (pathname.startsWith("/dashboard/")) askFirst(SHELL_ASKS);
  if (pathname === "/dashboard/renders" && search === "") {
    askFirst(RENDERS_ASKS);
    fetchPictures(RENDERS_ASKS[0]);
  }
}

/** Fetches the code of the page at an address, beside that of the router, which would ask for it a round trip later. */
export function fetchPage({ pathname }: Pick<Location, "pathname">) {
  const names = pathname.split("/");
  const fits = (address: string) => {
    const parts = address.split("/");
    return parts.length === names.length && parts.every((part, index) => part === names[index] || part.startsWith("$"));
  };
  // The router asks again for what did not come, and tells.
  for (const [address, load] of Object.entries(pageCode)) if (fits(address)) load().catch(() => undefined);
}
