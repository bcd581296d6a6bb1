import type { QueryClient, QueryKey } from "@tanstack/react-query";

import { keys, listOf } from "./keys";
import { everyList } from "./pending";
import type { ListMatcher } from "./render-types";

interface Effect {
  /** Asked again: at once where it is on the screen, else when it is opened. */
  refetch?: readonly QueryKey[];
  /** Forgotten. A list on the screen stays until its first page has been read anew, not all of its pages. */
  forget?: readonly QueryKey[];
  /** Forgotten, and not shown meanwhile. */
  reset?: readonly QueryKey[];
  /** Lists of renders that are asked again, at once where they are on the screen. */
  lists?: ListMatcher;
  /** Lists that show a change already (pending.ts): asked again when they are opened. */
  staleLists?: ListMatcher;
}

const inTrash: ListMatcher = ({ filters }) => filters.trashed === true;

/** What changes with the renders of lists, whatever is done with them. */
const aboutRenders = [keys.renders.allMonths, keys.renders.details, keys.generations.all, keys.collections.all];

/** After this, these are asked again. */
export const effects = {
  /** A generation started, ended or was refused. */
  generationChanged: {
    refetch: [keys.generations.list, keys.usage.all, keys.renders.allMonths, keys.collections.all],
    forget: [keys.renders.lists],
  },
  coverChosen: { refetch: [keys.generations.list] },
  /** Title or cover of a render: lists show it already. */
  renderChanged: { refetch: [keys.generations.all, keys.collections.all] },
  variantDeleted: { refetch: aboutRenders, lists: everyList },

  movedToTrash: { refetch: aboutRenders, lists: inTrash, staleLists: everyList },
  movedOutOfTrash: { refetch: aboutRenders, lists: (...list) => !inTrash(...list), staleLists: everyList },
  /** A whole list was moved, to the trash, out of it or out of a collection. */
  allMoved: { refetch: aboutRenders, reset: [keys.renders.lists] },
  moveFailed: { refetch: aboutRenders },
  moveUndone: { refetch: aboutRenders, lists: everyList },
  collected: { refetch: aboutRenders, lists: everyList },
  uncollected: { refetch: aboutRenders, staleLists: everyList },

  /** Where an added favorite belongs, only the server knows; a removed one is hidden already. */
  favoriteAdded: (favorites: ListMatcher) => ({ refetch: aboutRenders, lists: favorites }),
  favoriteRemoved: (favorites: ListMatcher) => ({ refetch: aboutRenders, staleLists: favorites }),
  favoriteFailed: (favorites: ListMatcher) => ({ lists: favorites }),
  orderFailed: (collection: ListMatcher) => ({ lists: collection }),

  collectionAdded: { refetch: [keys.collections.all] },
  /** Pages of a render list the collections that it is in. */
  collectionChanged: { refetch: [keys.collections.all, keys.renders.details] },
  collectionRemoved: (id: string) => ({
    refetch: [keys.collections.lists, keys.renders.details],
    forget: [keys.collections.one(id)],
  }),

  sharesChanged: { refetch: [keys.shares.all] },
  uploadsChanged: { refetch: [keys.uploads.all] },
  planConfirmed: { refetch: [keys.usage.all] },
  /** The usage says why, on every page. */
  accountBlocked: { refetch: [keys.usage.all] },
} satisfies Record<string, Effect | ((...about: never[]) => Effect)>;

/** Applies an effect: `after(client, effects.sharesChanged)`. */
export function after(client: QueryClient, { refetch = [], forget = [], reset = [], lists, staleLists }: Effect) {
  for (const queryKey of forget) client.removeQueries({ queryKey });
  for (const queryKey of reset) void client.resetQueries({ queryKey });
  if (staleLists) invalidateLists(client, staleLists, "none");
  if (lists) invalidateLists(client, lists, "active");
  for (const queryKey of refetch) void client.invalidateQueries({ queryKey });
}

function invalidateLists(client: QueryClient, matches: ListMatcher, refetchType: "active" | "none") {
  const predicate = ({ queryKey }: { queryKey: QueryKey }) => matches(...listOf(queryKey));
  void client.invalidateQueries({ queryKey: keys.renders.lists, predicate, refetchType });
}
