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
import { pages, type PageAddress } from "./pages";
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

type PathBelow<Parent extends string, Address extends string> = Address extends `${Parent}${infer Path}`
  ? Path extends `/${string}`
    ? Path
    : Address
  : Address;

/** Path, code and title of a page, for its route. */
function page<Address extends PageAddress>(address: Address) {
  const { code, component, title }: (typeof pages)[PageAddress] = pages[address];
  return {
    path: address.replace(/^\/dashboard(?=\/)/, "") as PathBelow<"/dashboard", Address>,
    component: lazyRouteComponent(code, component),
    staticData: { title },
  };
}

const root = createRootRouteWithContext<Context>()({ component: RootLayout, ...OUTSIDE });

/** Pages that visitors see too. */
const publicPages = createRoute({ getParentRoute: () => root, id: "public", component: PublicFrame });

const landing = createRoute({
  getParentRoute: () => publicPages,
  ...page("/"),
  beforeLoad: () => {
    if (getSession().status === "signed-in") redirect({ to: HOME, replace: true, throw: true });
    // A link of a mail that asked for no other page; the sign-in page says what came of it.
    if (hasLinkNews()) redirect({ to: "/sign-in", replace: true, throw: true });
  },
  loader: prefetchSets,
});

const community = createRoute({
  getParentRoute: () => publicPages,
  ...page("/community"),
  loader: prefetchSets,
});

const communitySet = createRoute({
  getParentRoute: () => publicPages,
  ...page("/community/$slug"),
  validateSearch: parseOpenItem,
  loader: ({ context: { queryClient }, params: { slug } }) => prefetch(queryClient.query(setQuery(slug))),
});

const shared = createRoute({
  getParentRoute: () => publicPages,
  ...page("/s/$token"),
  validateSearch: parseOpenItem,
  loader: ({ context: { queryClient }, params: { token } }) => prefetch(queryClient.infiniteQuery(sharedQuery(token))),
});

const pricing = createRoute({
  getParentRoute: () => publicPages,
  ...page("/pricing"),
});

const terms = createRoute({
  getParentRoute: () => publicPages,
  ...page("/terms"),
});

const privacy = createRoute({
  getParentRoute: () => publicPages,
  ...page("/privacy"),
});

const contact = createRoute({
  getParentRoute: () => publicPages,
  ...page("/contact"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  ...page("/sign-in"),
  validateSearch: (search: Record<string, unknown>): { next?: string; mode?: "sign-up" } => ({
    next: typeof search.next === "string" ? search.next : undefined,
    mode: search.mode === "sign-up" ? search.mode : undefined,
  }),
  beforeLoad: ({ search }) => {
    // This also leaves the page after signing in: the session changes, and the routes are evaluated again.
    if (getSession().status === "signed-in") redirect({ href: safeNext(search.next), replace: true, throw: true });
  },
  ...OUTSIDE,
});

const resetPassword = createRoute({
  getParentRoute: () => root,
  ...page("/reset-password"),
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({
    next: typeof search.next === "string" ? search.next : undefined,
  }),
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
  ...page("/dashboard/create"),
});

const renders = createRoute({
  getParentRoute: () => dashboard,
  ...page("/dashboard/renders"),
  validateSearch: parseRendersSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient }, deps }) => {
    const listing = listingOf(deps);
    prefetch(queryClient.infiniteQuery(rendersQuery(listing)));
    prefetch(queryClient.query(monthsQuery(listing.filters)));
    prefetch(queryClient.infiniteQuery(collectionsQuery(null)));
  },
});

const trash = createRoute({
  getParentRoute: () => dashboard,
  ...page("/dashboard/trash"),
});

const render = createRoute({
  getParentRoute: () => dashboard,
  ...page("/dashboard/renders/$renderId"),
});

const compare = createRoute({
  getParentRoute: () => dashboard,
  ...page("/dashboard/compare"),
  validateSearch: parseCompareSearch,
});

const collections = createRoute({
  getParentRoute: () => dashboard,
  ...page("/dashboard/collections"),
});

const collection = createRoute({
  getParentRoute: () => dashboard,
  ...page("/dashboard/collections/$collectionId"),
  validateSearch: parseCollectionSearch,
});

const account = createRoute({
  getParentRoute: () => dashboard,
  ...page("/dashboard/account"),
});

const myLinks = createRoute({
  getParentRoute: () => dashboard,
  ...page("/dashboard/links"),
});

const usage = createRoute({
  getParentRoute: () => dashboard,
  ...page("/dashboard/usage"),
});

const billingReturn = createRoute({
  getParentRoute: () => dashboard,
  ...page("/dashboard/billing/return"),
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
