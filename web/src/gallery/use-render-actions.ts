import { useQueryClient } from "@tanstack/react-query";

import { saveArchive } from "@/api/downloads";
import { changeCards, MOST_IDS, moveRenders, refreshRenders, refreshWhereTheyAppear, undoMove, useFavorite, type Moved, type RenderCard, type Selected } from "@/api/renders";
import { toast } from "@/components/ui/toast-store";
import { getPreferences } from "@/lib/preferences";

import { renderCount } from "./words";

/** What can be done with renders wherever they are listed: shown at once, said, and taken back with Undo. */
export function useRenderActions() {
  const client = useQueryClient();
  const { mutate: favorite } = useFavorite();

  const failed = (error: unknown) => toast(error instanceof Error ? error.message : "That did not work.", { tone: "danger" });
  const refresh = () => refreshRenders(client, { lists: true });

  /** Hides named renders at once; a list that was meant as a whole begins anew when the answer is there. */
  const hide = (selected: Selected) => {
    if ("matching" in selected) return () => undefined;
    const ids = new Set(selected.ids);
    return changeCards(client, (card) => (ids.has(card.id) ? null : card));
  };
  const leave = async (action: "trash" | "restore" | "delete", selected: Selected, said: (moved: Moved) => void) => {
    const putBack = hide(selected);
    try {
      said(await moveRenders(action, selected));
      if ("matching" in selected) void client.resetQueries({ queryKey: ["renders", "list"] });
      else refreshWhereTheyAppear(client, action === "trash");
    } catch (error) {
      putBack();
      failed(error);
    }
    refreshRenders(client, { lists: false });
    return putBack;
  };

  const trash = async (selected: Selected) => {
    const putBack = await leave("trash", selected, (moved) => {
      toast(`${renderCount(moved.changed)} moved to trash.`, {
        action: {
          label: "Undo",
          run: () => {
            putBack();
            undoMove("restore", moved).then(refresh, (error: unknown) => {
              refresh();
              failed(error);
            });
          },
        },
      });
    });
  };
  const save = (what: Parameters<typeof saveArchive>[0]) => {
    saveArchive(what, getPreferences().recipes, () => failed(new Error("The download did not start. Try again in a moment."))).catch(failed);
  };
  return {
    trash,
    restore: (selected: Selected) => leave("restore", selected, ({ changed }) => toast(`${renderCount(changed)} restored.`)),
    deleteForEver: (selected: Selected) => leave("delete", selected, ({ changed }) => toast(`${renderCount(changed)} deleted.`)),

    favorite: (card: Pick<RenderCard, "id" | "is_favorite">) => {
      favorite({ id: card.id, favorite: !card.is_favorite }, { onError: failed });
    },
    /** Into a collection, or into "My Favorites" without one. */
    collect: async (selected: Selected, collection: { id: string; name: string } | null) => {
      try {
        const moved = await moveRenders("collect", selected, collection?.id ?? null);
        const undo = () => undoMove("uncollect", moved, collection?.id ?? null).then(refresh, failed);
        toast(
          moved.changed === 0 ? `Already in ${collection?.name ?? "My Favorites"}.` : `${renderCount(moved.changed)} added to ${collection?.name ?? "My Favorites"}.`,
          moved.changed > 0 && collection ? { action: { label: "Undo", run: () => void undo() } } : {},
        );
        refresh();
      } catch (error) {
        failed(error);
      }
    },
    /** Out of a collection. They lose their place in it: Undo puts them at its end. */
    uncollect: async (ids: readonly string[], collection: { id: string; name: string }) => {
      const putBack = hide({ ids });
      try {
        const { changed } = await moveRenders("uncollect", { ids }, collection.id);
        const undo = () => moveRenders("collect", { ids }, collection.id).then(refresh, failed);
        toast(`${renderCount(changed)} removed from ${collection.name}.`, { action: { label: "Undo", run: () => void undo() } });
      } catch (error) {
        putBack();
        failed(error);
      }
      refreshRenders(client, { lists: false });
    },
    /** All of their variants as one ZIP. */
    download: (ids: readonly string[]) => {
      if (ids.length > MOST_IDS) {
        toast(`Up to ${MOST_IDS} renders fit into one download.`, { tone: "danger" });
        return;
      }
      save({ renderIds: ids });
    },
    downloadCollection: (collectionId: string) => save({ collectionId }),
  };
}

export type RenderActions = ReturnType<typeof useRenderActions>;
