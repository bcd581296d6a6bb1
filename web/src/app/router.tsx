import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";

import { collectionsQuery } from "@/api/collections";
import { generationsQuery } from "@/api/generations";
import { monthsQuery, rendersQuery } from "@/api/render-lists";
import { usageQuery } from "@/api/usage";
import { HOME, safeNext } from "@/auth/safe-next";
import { getSession, hasLinkNews } from "@/auth/session";
import { parseCollectionSearch } from "@/features/collections/collection-search";
import { setQuery, setsQuery } from "@/features/community/api/community";
import { parseCompareSearch } from "@/features/render-detail/compare-search";
import { listingOf, parseRendersSearch } from "@/features/my-renders/search";
import { sharedQuery } from "@/features/share-links/api/get-shared";
import { parseOpenItem } from "@/publishing/open-item";

import { ErrorPage } from "./error-page";
import { WholePage } from "@/components/message-page";
import { NotFoundPage } from "./not-found-page";
import { pageCode } from "./page-code";
import { PublicFrame } from "./public-frame";
import { RootLayout } from "./root-layout";
import { Shell } from "./shell";

/** Pages outside the shell have a <main> of their own, and so have the messages shown instead of them. */
const OUTSIDE = {
  errorComponent: ({ error }: { error: unknown }) => (
    <WholePage>
      <ErrorPage error={error} />
    </WholePage>
  ),
  notFoundComponent: () => (
    <WholePage>
      <NotFoundPage />
    </WholePage>
  ),
};

/** Requests what a page shows before its code runs. The page handles errors: it requests the data again. */
const prefetch = (answer: Promise<unknown>) => void answer.catch(() => undefined);

interface Context {
  queryClient: QueryClient;
}

const prefetchSets = ({ context: { queryClient } }: { context: Context }) =>
  prefetch(queryClient.infiniteQuery(setsQuery(null)));

const root = createRootRouteWithContext<Context>()({ component: RootLayout, ...OUTSIDE });

/** Pages that visitors see too. */
const publicPages = createRoute({ getParentRoute: () => root, id: "public", component: PublicFrame });

const landing = createRoute({
  getParentRoute: () => publicPages,
  path: "/",
  beforeLoad: () => {
    if (getSession().status === "signed-in") redirect({ to: HOME, replace: true, throw: true });
    // A link of a mail that asked for no other page; the sign-in page says what came of it.
    if (hasLinkNews()) redirect({ to: "/sign-in", replace: true, throw: true });
  },
  loader: prefetchSets,
  component: lazyRouteComponent(pageCode["/"], "LandingPage"),
});

const community = createRoute({
  getParentRoute: () => publicPages,
  path: "/community",
  staticData: { title: "Community" },
  loader: prefetchSets,
  component: lazyRouteComponent(pageCode["/community"], "CommunityPage"),
});

const communitySet = createRoute({
  getParentRoute: () => publicPages,
  path: "/community/$slug",
  staticData: { title: "Community" },
  validateSearch: parseOpenItem,
  loader: ({ context: { queryClient }, params: { slug } }) => prefetch(queryClient.query(setQuery(slug))),
  component: lazyRouteComponent(pageCode["/community/$slug"], "SetPage"),
});

const shared = createRoute({
  getParentRoute: () => publicPages,
  path: "/s/$token",
  staticData: { title: "Shared with you" },
  validateSearch: parseOpenItem,
  loader: ({ context: { queryClient }, params: { token } }) => prefetch(queryClient.infiniteQuery(sharedQuery(token))),
  component: lazyRouteComponent(pageCode["/s/$token"], "SharedPage"),
});

const pricing = createRoute({
  getParentRoute: () => publicPages,
  path: "/pricing",
  staticData: { title: "Pricing" },
  component: lazyRouteComponent(pageCode["/pricing"], "PricingPage"),
});

const terms = createRoute({
  getParentRoute: () => publicPages,
  path: "/terms",
  staticData: { title: "Terms" },
  component: lazyRouteComponent(pageCode["/terms"], "TermsPage"),
});

const privacy = createRoute({
  getParentRoute: () => publicPages,
  path: "/privacy",
  staticData: { title: "Privacy" },
  component: lazyRouteComponent(pageCode["/privacy"], "PrivacyPage"),
});

const contact = createRoute({
  getParentRoute: () => publicPages,
  path: "/contact",
  staticData: { title: "Contact" },
  component: lazyRouteComponent(pageCode["/contact"], "ContactPage"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string; mode?: "sign-up" } => ({
    ...(typeof search.next === "string" && { next: search.next }),
    ...(search.mode === "sign-up" && { mode: search.mode }),
  }),
  beforeLoad: ({ search }) => {
    // This also leaves the page after signing in: the session changes, and the routes are evaluated again.
    if (getSession().status === "signed-in") redirect({ href: safeNext(search.next), replace: true, throw: true });
  },
  component: lazyRouteComponent(pageCode["/sign-in"], "SignInPage"),
  ...OUTSIDE,
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    typeof search.next === "string" ? { next: search.next } : {},
  component: lazyRouteComponent(pageCode["/reset-password"], "ResetPasswordPage"),
  ...OUTSIDE,
});

const dashboard = createRoute({
  getParentRoute: () => root,
  path: "/dashboard",
  beforeLoad: ({ location }) => {
    const session = getSession();
    if (session.status === "signed-in") return;
    // After signing out, start at the beginning; after a session that ended by itself, return to the same page.
    redirect({
      to: "/sign-in",
      search: session.reason === "left" ? {} : { next: location.href },
      replace: true,
      throw: true,
    });
  },
  // Every page shows the credits and the running generation.
  loader: ({ context: { queryClient } }) => {
    prefetch(queryClient.query(usageQuery));
    prefetch(queryClient.infiniteQuery(generationsQuery));
  },
  component: Shell,
});

const dashboardIndex = createRoute({
  getParentRoute: () => dashboard,
  path: "/",
  beforeLoad: () => {
    redirect({ to: HOME, replace: true, throw: true });
  },
});

const create = createRoute({
  getParentRoute: () => dashboard,
  path: "/create",
  staticData: { title: "Create" },
  component: lazyRouteComponent(pageCode["/dashboard/create"], "CreatePage"),
});

const renders = createRoute({
  getParentRoute: () => dashboard,
  path: "/renders",
  staticData: { title: "Renders" },
  validateSearch: parseRendersSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient }, deps }) => {
    const listing = listingOf(deps);
    prefetch(queryClient.infiniteQuery(rendersQuery(listing)));
    prefetch(queryClient.query(monthsQuery(listing.filters)));
    prefetch(queryClient.infiniteQuery(collectionsQuery(null)));
  },
  component: lazyRouteComponent(pageCode["/dashboard/renders"], "RendersPage"),
});

const trash = createRoute({
  getParentRoute: () => dashboard,
  path: "/trash",
  staticData: { title: "Trash" },
  component: lazyRouteComponent(pageCode["/dashboard/trash"], "TrashPage"),
});

const render = createRoute({
  getParentRoute: () => dashboard,
  path: "/renders/$renderId",
  staticData: { title: "Render" },
  component: lazyRouteComponent(pageCode["/dashboard/renders/$renderId"], "RenderPage"),
});

const compare = createRoute({
  getParentRoute: () => dashboard,
  path: "/compare",
  staticData: { title: "Compare" },
  validateSearch: parseCompareSearch,
  component: lazyRouteComponent(pageCode["/dashboard/compare"], "ComparePage"),
});

const collections = createRoute({
  getParentRoute: () => dashboard,
  path: "/collections",
  staticData: { title: "Collections" },
  component: lazyRouteComponent(pageCode["/dashboard/collections"], "CollectionsPage"),
});

const collection = createRoute({
  getParentRoute: () => dashboard,
  path: "/collections/$collectionId",
  staticData: { title: "Collection" },
  validateSearch: parseCollectionSearch,
  component: lazyRouteComponent(pageCode["/dashboard/collections/$collectionId"], "CollectionPage"),
});

const account = createRoute({
  getParentRoute: () => dashboard,
  path: "/account",
  staticData: { title: "Account settings" },
  component: lazyRouteComponent(pageCode["/dashboard/account"], "AccountPage"),
});

const myLinks = createRoute({
  getParentRoute: () => dashboard,
  path: "/links",
  staticData: { title: "Shared links" },
  component: lazyRouteComponent(pageCode["/dashboard/links"], "MyLinksPage"),
});

const usage = createRoute({
  getParentRoute: () => dashboard,
  path: "/usage",
  staticData: { title: "Usage and plan" },
  component: lazyRouteComponent(pageCode["/dashboard/usage"], "UsagePage"),
});

const billingReturn = createRoute({
  getParentRoute: () => dashboard,
  path: "/billing/return",
  staticData: { title: "Your plan" },
  component: lazyRouteComponent(pageCode["/dashboard/billing/return"], "ReturnPage"),
});

const routeTree = root.addChildren([
  publicPages.addChildren([landing, community, communitySet, shared, pricing, terms, privacy, contact]),
  signIn,
  resetPassword,
  dashboard.addChildren([
    dashboardIndex,
    create,
    renders,
    trash,
    render,
    compare,
    collections,
    collection,
    usage,
    billingReturn,
    account,
    myLinks,
  ]),
]);

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: "intent",
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    /** The title in the bar above the page on a phone; there the page's own heading is for screen readers only. */
    title?: string;
  }
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
