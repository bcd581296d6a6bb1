import type { ReactNode } from "react";

import { COLLECTIONS_PER_PAGE, GENERATIONS_PER_PAGE, RENDERS_PER_PAGE } from "@/api/page-sizes";
import { prefetch, prefetchPictures } from "@/api/prefetched";
import type { paths } from "@/api/schema";
import { timeZone } from "@/lib/time-zone";

interface Early {
  /** What the page asks for first, where its address has no search: a search changes the requests. */
  requests: readonly string[];
  /** The one of them that is a list of renders. */
  pictures: string;
}

interface Page {
  code: () => Promise<Record<string, () => ReactNode>>;
  /** The name of its component there. */
  component: string;
  /** Shown in the bar above the page on a phone; there the page's own heading is for screen readers only. */
  title?: string;
  early?: Early;
}

/** Checks that the component is in the code. */
function page<Name extends string>(
  code: () => Promise<Record<NoInfer<Name>, () => ReactNode>>,
  component: Name,
  rest: Pick<Page, "title" | "early"> = {},
): Page {
  return { code, component, ...rest };
}

type Query<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Parameters } } }
  ? Parameters
  : never;

/** The address of a request, as the client writes it. */
function address<Path extends keyof paths>(path: Path, query: Query<Path>): string {
  return `${path}?${new URLSearchParams(query as Record<string, string>).toString()}`;
}

const renders = address("/api/v1/renders", { sort: "newest", limit: RENDERS_PER_PAGE });

/** What every page of the dashboard asks for. */
const DASHBOARD = ["/api/v1/usage", address("/api/v1/generations", { limit: GENERATIONS_PER_PAGE })];

/** All pages by their address: for the router, and for what runs before the router has loaded. */
export const pages = {
  "/": page(() => import("@/features/community/landing-page"), "LandingPage"),
  "/community": page(() => import("@/features/community/community-page"), "CommunityPage", { title: "Community" }),
  "/community/$slug": page(() => import("@/features/community/set-page"), "SetPage", { title: "Community" }),
  "/s/$token": page(() => import("@/features/share-links/shared-page"), "SharedPage", { title: "Shared with you" }),
  "/pricing": page(() => import("@/features/pricing/pricing-page"), "PricingPage", { title: "Pricing" }),
  "/terms": page(() => import("@/features/legal/legal-page"), "TermsPage", { title: "Terms" }),
  "/privacy": page(() => import("@/features/legal/legal-page"), "PrivacyPage", { title: "Privacy" }),
  "/contact": page(() => import("@/features/legal/legal-page"), "ContactPage", { title: "Contact" }),
  "/sign-in": page(() => import("@/features/sign-in/sign-in-page"), "SignInPage"),
  "/reset-password": page(() => import("@/features/sign-in/reset-password-page"), "ResetPasswordPage"),
  "/dashboard/create": page(() => import("@/features/create/create-page"), "CreatePage", { title: "Create" }),
  "/dashboard/renders": page(() => import("@/features/my-renders/renders-page"), "RendersPage", {
    title: "Renders",
    early: {
      requests: [
        renders,
        address("/api/v1/renders/months", { time_zone: timeZone() }),
        address("/api/v1/collections", { limit: COLLECTIONS_PER_PAGE }),
      ],
      pictures: renders,
    },
  }),
  "/dashboard/trash": page(() => import("@/features/my-renders/trash-page"), "TrashPage", { title: "Trash" }),
  "/dashboard/renders/$renderId": page(() => import("@/features/render-detail/render-page"), "RenderPage", {
    title: "Render",
  }),
  "/dashboard/compare": page(() => import("@/features/render-detail/compare-page"), "ComparePage", {
    title: "Compare",
  }),
  "/dashboard/collections": page(() => import("@/features/collections/collections-page"), "CollectionsPage", {
    title: "Collections",
  }),
  "/dashboard/collections/$collectionId": page(
    () => import("@/features/collections/collection-page"),
    "CollectionPage",
    { title: "Collection" },
  ),
  "/dashboard/account": page(() => import("@/features/account/account-page"), "AccountPage", {
    title: "Account settings",
  }),
  "/dashboard/links": page(() => import("@/features/share-links/my-links-page"), "MyLinksPage", {
    title: "Shared links",
  }),
  "/dashboard/usage": page(() => import("@/features/usage/usage-page"), "UsagePage", { title: "Usage and plan" }),
  "/dashboard/billing/return": page(() => import("@/features/usage/return-page"), "ReturnPage", {
    title: "Your plan",
  }),
} satisfies Record<string, Page>;

export type PageAddress = keyof typeof pages;

/** The pages whose address fits; a part that begins with $ fits everything. */
function pagesAt(pathname: string): Page[] {
  const names = pathname.split("/");
  const fits = (address: string) => {
    const parts = address.split("/");
    return parts.length === names.length && parts.every((part, index) => part === names[index] || part.startsWith("$"));
  };
  return Object.entries<Page>(pages).flatMap(([address, found]) => (fits(address) ? [found] : []));
}

/** Requests the data of the page at an address while its code is still loading. */
export function prefetchData({ pathname, search }: Pick<Location, "pathname" | "search">) {
  if (pathname.startsWith("/dashboard/")) prefetch(DASHBOARD);
  for (const { early } of search === "" ? pagesAt(pathname) : []) {
    if (!early) continue;
    prefetch(early.requests);
    prefetchPictures(early.pictures);
  }
}

/**
 * Requests the code of the page at an address together with the router, which would request it one round trip later.
 */
export function preloadCode({ pathname }: Pick<Location, "pathname">) {
  // If it fails, the router requests it again and shows the error.
  for (const { code } of pagesAt(pathname)) code().catch(() => undefined);
}
