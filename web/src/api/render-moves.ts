import { api, unwrap } from "./client";
import type { RenderFilters } from "./render-types";
import type { components } from "./schema";

type Schemas = components["schemas"];

/** Renders by id, or all that a filter matches. */
export type Selected = { ids: readonly string[] } | { matching: RenderFilters };
export type BulkAction = Schemas["BulkChange"]["action"];

export interface Moved {
  changed: number;
  /** The times of the changes, by which they can be undone. */
  at: string[];
  /** The error that stopped the change half way, and the renders that were not changed. */
  stopped: { error: unknown; left: readonly string[] } | null;
}

interface Move {
  action: BulkAction;
  selected: Selected;
  collectionId?: string | null;
  /** Renders that one request may name at most. */
  maxIds: number;
}

/** Changes renders, in several requests if there are many. Throws ApiError when nothing was changed. */
export async function moveRenders({ action, selected, collectionId = null, maxIds }: Move): Promise<Moved> {
  const moved: Moved = { changed: 0, at: [], stopped: null };
  const step = async (selection: Schemas["Selection"]) => {
    const { changed, at } = await change(action, selection, collectionId);
    moved.changed += changed;
    if (at !== null) moved.at.push(at);
  };
  if ("matching" in selected) {
    await step({ matching: matchingOf(selected.matching) });
    return moved;
  }
  for (let from = 0; from < selected.ids.length; from += maxIds) {
    try {
      await step({ ids: selected.ids.slice(from, from + maxIds) });
    } catch (error) {
      if (from === 0) throw error;
      return { ...moved, stopped: { error, left: selected.ids.slice(from) } };
    }
  }
  return moved;
}

/** Undoes a move by the times of its changes. Throws ApiError. */
export async function undoMove(
  action: "restore" | "uncollect",
  { at }: Pick<Moved, "at">,
  collectionId: string | null = null,
) {
  for (const time of at) await change(action, { changed_at: time }, collectionId);
}

function change(action: BulkAction, selection: Schemas["Selection"], collectionId: string | null) {
  return unwrap(api.POST("/api/v1/renders/bulk", { body: { action, selection, collection_id: collectionId } }));
}

/** Without `trashed`: the action itself says whether it works on the trash. */
function matchingOf(filters: RenderFilters): Schemas["RenderQuery"] {
  const { preset = [], family = [], favorite = false, text = null, collection_id = null } = filters;
  const { created_from = null, created_before = null } = filters;
  return { preset, family, favorite, text, collection_id, created_from, created_before };
}
