import { Check, Heart, Plus } from "lucide-react";
import { useEffect, useEffectEvent, useState, type ReactElement } from "react";

import { useAddCollection, useCollections, type Collection } from "@/api/collections";
import { useConfig } from "@/api/config";
import { QueryState } from "@/components/query-state";
import { Button } from "@/components/ui/button";
import { inputStyle } from "@/components/ui/field";
import { Popover } from "@/components/overlays/popover";
import { TextSkeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast-store";
import { isEnter } from "@/lib/keys";
import { grouped } from "@/lib/numbers";

interface CollectionPickerProps {
  trigger: ReactElement;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The render whose collections are checked; null for several renders, which can only be added. */
  renderId: string | null;
  /** Saves the change; an error is shown, and the check mark restored. */
  onPick: (collection: Pick<Collection, "id" | "name">, picked: boolean) => Promise<unknown>;
}

/** A searchable list of collections; the last row makes a new one. Every change is saved at once. */
export function CollectionPicker({ trigger, open, onOpenChange, ...props }: CollectionPickerProps) {
  return (
    <Popover trigger={trigger} label="Collections" open={open} onOpenChange={onOpenChange} className="w-72">
      {open && <Checklist {...props} />}
    </Popover>
  );
}

function Checklist({ renderId, onPick }: Pick<CollectionPickerProps, "renderId" | "onPick">) {
  const { limits } = useConfig();
  const { query, collections, complete } = useCollections(renderId);
  const add = useAddCollection();
  const [wanted, setWanted] = useState("");
  // Enter was pressed before all collections were loaded.
  const [mustMake, setMustMake] = useState(false);
  // What was chosen since the list was loaded.
  const [picked, setPicked] = useState<Record<string, boolean>>({});

  const words = wanted.trim().toLowerCase();
  const matching = collections?.filter(({ name }) => name.toLowerCase().includes(words)) ?? [];
  const exact = collections?.find(({ name }) => name.toLowerCase() === words);
  // Until all are loaded, the rest may contain one with that name.
  const canMake = complete && !exact && !add.isPending;

  const failed = (error: unknown) =>
    toast(error instanceof Error ? error.message : "That did not work.", { tone: "danger" });
  const put = (collection: Collection, next: boolean) => {
    setPicked((now) => ({ ...now, [collection.id]: next }));
    onPick(collection, next).catch((error: unknown) => {
      setPicked((now) => ({ ...now, [collection.id]: !next }));
      failed(error);
    });
  };
  const pick = (collection: Collection) =>
    put(collection, renderId === null || !(picked[collection.id] ?? collection.contains));
  const make = () => {
    if (!canMake) return;
    add.mutate(wanted.trim() || "Untitled", {
      onSuccess: (collection) => {
        setWanted("");
        setMustMake(false);
        put(collection, true);
      },
      onError: failed,
    });
  };
  const makeNow = useEffectEvent(make);
  useEffect(() => {
    if (mustMake && complete) makeNow();
  }, [mustMake, complete]);
  return (
    // Before the collections arrive, as high as with a few of them, so that it need not move when they do.
    <div className="grid min-h-58 grid-cols-[minmax(0,1fr)] grid-rows-[auto_1fr_auto] gap-1.5">
      <input
        type="text"
        aria-label="Find or name a collection"
        placeholder="Find or name a collection"
        value={wanted}
        maxLength={limits.collection_name_characters}
        onChange={(event) => {
          setWanted(event.target.value);
          setMustMake(false);
        }}
        onKeyDown={(event) => {
          if (!isEnter(event) || words === "") return;
          if (exact) put(exact, true);
          else if (complete) make();
          else setMustMake(true);
        }}
        className={inputStyle}
      />
      <div>
        <QueryState query={query} pending={<TextSkeleton className="m-2.5 w-40" />}>
          {() => (
            <ul aria-label="Collections" className="grid max-h-72 grid-cols-[minmax(0,1fr)] overflow-y-auto">
              {matching.map((collection) => (
                <li key={collection.id}>
                  <Row
                    collection={collection}
                    checked={renderId === null ? null : (picked[collection.id] ?? collection.contains)}
                    onPick={() => pick(collection)}
                  />
                </li>
              ))}
            </ul>
          )}
        </QueryState>
      </div>
      <Button variant="ghost" blocked={!canMake} onClick={make} className="justify-start border-t-line px-2.5">
        <Plus aria-hidden size={15} strokeWidth={1.6} />
        <span className="truncate">
          {wanted.trim() && !exact ? `New collection “${wanted.trim()}”` : "New collection"}
        </span>
      </Button>
    </div>
  );
}

interface RowProps {
  collection: Collection;
  /** null: a click adds, even if it is in the collection already. */
  checked: boolean | null;
  onPick: () => void;
}

function Row({ collection: { name, covers, is_favorites: favorites, count }, checked, onPick }: RowProps) {
  const cover = covers[0]?.thumbnail_url;
  return (
    <button
      type="button"
      {...(checked !== null && { role: "checkbox", "aria-checked": checked })}
      onClick={onPick}
      className="flex min-h-11 w-full items-center gap-2.5 rounded-sm px-2 text-left text-13 -outline-offset-2 hover:bg-hover"
    >
      {cover ? (
        <img src={cover} alt="" className="h-8 w-11 shrink-0 rounded-xs bg-stage object-cover" />
      ) : (
        <span className="grid h-8 w-11 shrink-0 place-items-center rounded-xs bg-sunken text-ink-3">
          {favorites && <Heart aria-hidden size={15} strokeWidth={1.6} />}
        </span>
      )}
      <span className="min-w-0 grow truncate">{name}</span>
      <span className="num text-12 text-ink-3">{grouped(count)}</span>
      <span className="grid size-5 shrink-0 place-items-center">
        {checked && <Check aria-hidden size={15} strokeWidth={2} />}
      </span>
    </button>
  );
}
