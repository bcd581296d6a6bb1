import { useQueryClient } from "@tanstack/react-query";

import { changeCollection, type Collection } from "@/api/collections";
import { useConfig } from "@/api/config";
import { saveArchive } from "@/api/downloads";
import { after, effects } from "@/api/effects";
import { addPending, everyList } from "@/api/pending";
import type { ListMatcher } from "@/api/render-types";
import { placeItem } from "@/api/collection-items";
import { moveRenders, undoMove, type Selected } from "@/api/render-moves";
import type { RenderCard } from "@/api/render-types";
import { useFavorite } from "@/api/renders";
import { toast } from "@/components/ui/toast-store";

import { renderCount } from "@/lib/words";

/** Undo restores the places of renders taken out of a collection, up to this many: it needs a request for each. */
const MAX_PLACED = 20;

/** The actions for renders in any list. The result is shown and announced at once, and can be undone. */
export function useRenderActions() {
  const client = useQueryClient();
  const { max_bulk_ids: maxIds } = useConfig().limits;
  const { mutateAsync: favorite } = useFavorite();

  const failed = (error: unknown) =>
    toast(error instanceof Error ? error.message : "That did not work.", { tone: "danger" });
  const refresh = () => after(client, effects.moveUndone);
  const refreshAfter = (error: unknown) => {
    refresh();
    failed(error);
  };

  /** Hides renders given by id at once. A list given as a whole is loaded anew after the answer. */
  const hide = (selected: Selected, lists: ListMatcher) => {
    const ids = new Set("ids" in selected ? selected.ids : []);
    return addPending(client, { lists, card: (card) => (ids.has(card.id) ? null : card) });
  };
  /** Moves renders and keeps them hidden, except those that a failure half way left unchanged. */
  const move = async (request: Omit<Parameters<typeof moveRenders>[0], "maxIds">, lists: ListMatcher = everyList) => {
    let hidden = hide(request.selected, lists);
    try {
      const moved = await moveRenders({ ...request, maxIds });
      if (moved.stopped && "ids" in request.selected) {
        hidden.rollBack();
        const left = new Set(moved.stopped.left);
        hidden = hide({ ids: request.selected.ids.filter((id) => !left.has(id)) }, lists);
        failed(moved.stopped.error);
      }
      hidden.confirm();
      return { moved, hidden };
    } catch (error) {
      hidden.rollBack();
      failed(error);
      after(client, effects.moveFailed);
      return null;
    }
  };
  /** Moves to the trash, or out of it. */
  const leave = async (action: "trash" | "restore" | "delete", selected: Selected) => {
    const done = await move({ action, selected });
    if (!done) return null;
    const effect = action === "trash" ? effects.movedToTrash : effects.movedOutOfTrash;
    after(client, "matching" in selected ? effects.allMoved : effect);
    return done;
  };

  const save = (what: Parameters<typeof saveArchive>[0]) => {
    saveArchive(what, () => failed(new Error("The download did not start. Try again in a moment."))).catch(failed);
  };
  return {
    trash: async (selected: Selected) => {
      const done = await leave("trash", selected);
      if (!done) return;
      const undo = () => {
        done.hidden.rollBack();
        undoMove("restore", done.moved).then(refresh, refreshAfter);
      };
      toast(`${renderCount(done.moved.changed)} moved to trash.`, { actions: [{ label: "Undo", run: undo }] });
    },
    restore: async (selected: Selected) => {
      const done = await leave("restore", selected);
      if (done) toast(`${renderCount(done.moved.changed)} restored.`);
    },
    deleteForEver: async (selected: Selected) => {
      const done = await leave("delete", selected);
      if (done) toast(`${renderCount(done.moved.changed)} deleted.`);
    },

    favorite: (card: Pick<RenderCard, "id" | "is_favorite">) => {
      favorite({ id: card.id, favorite: !card.is_favorite }).catch(failed);
    },
    /** Adds to a collection, or without one to "My Favorites". */
    collect: async (selected: Selected, collection: { id: string; name: string } | null) => {
      const [id, name] = [collection?.id ?? null, collection?.name ?? "My Favorites"];
      try {
        const moved = await moveRenders({ action: "collect", selected, collectionId: id, maxIds });
        const undo = () => void undoMove("uncollect", moved, id).then(refresh, refreshAfter);
        if (moved.changed === 0) toast(`Already in ${name}.`);
        else toast(`${renderCount(moved.changed)} added to ${name}.`, { actions: [{ label: "Undo", run: undo }] });
        if (moved.stopped) failed(moved.stopped.error);
        after(client, effects.collected);
      } catch (error) {
        failed(error);
      }
    },
    /**
     * Removes from a collection. Undo restores renders given by id, the places of a few if `order` gives them, and the
     * cover.
     */
    uncollect: async (selected: Selected, collection: Collection, order: readonly string[] | null) => {
      const done = await move(
        { action: "uncollect", selected, collectionId: collection.id },
        ({ filters }) => filters.collection_id === collection.id,
      );
      if (!done) return;
      after(client, "matching" in selected ? effects.allMoved : effects.uncollected);
      const message = `${renderCount(done.moved.changed)} removed from ${collection.name}.`;
      if ("matching" in selected) {
        toast(message);
        return;
      }
      const putBack = async () => {
        const { ids } = selected;
        const { stopped } = await moveRenders({ action: "collect", selected, collectionId: collection.id, maxIds });
        if (stopped) throw stopped.error;
        if (order && ids.length <= MAX_PLACED) {
          for (const id of ids) await placeItem(collection.id, id, order[order.indexOf(id) - 1] ?? null);
        }
        const cover = collection.cover_render_id;
        if (cover !== null && ids.includes(cover))
          await changeCollection({ id: collection.id, cover_render_id: cover });
      };
      toast(message, { actions: [{ label: "Undo", run: () => void putBack().then(refresh, refreshAfter) }] });
    },
    /** Downloads all their variants as one ZIP. */
    download: (ids: readonly string[]) => {
      if (ids.length > maxIds) {
        toast(`Up to ${maxIds} renders fit into one download.`, { tone: "danger" });
        return;
      }
      save({ renderIds: ids });
    },
    downloadCollection: (collectionId: string) => save({ collectionId }),
  };
}

export type RenderActions = ReturnType<typeof useRenderActions>;
