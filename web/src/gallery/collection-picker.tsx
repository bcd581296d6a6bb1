import { Check, Heart, Plus } from "lucide-react";
import { useEffect, useEffectEvent, useState, type ReactElement } from "react";

import { useAddCollection, useCollections, type Collection } from "@/api/collections";
import { useConfig } from "@/api/config";
import { Button } from "@/components/ui/button";
import { inputStyle } from "@/components/ui/field";
import { Popover } from "@/components/ui/popover";
import { TextSkeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast-store";

interface CollectionPickerProps {
  trigger: ReactElement;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The render whose collections are checked; null for many, which are only added. */
  renderId: string | null;
  /** Saves the change; an error is said, and the check goes back. */
  onPick: (collection: Pick<Collection, "id" | "name">, picked: boolean) => Promise<unknown>;
}

/** A searchable list of collections; the last row makes one. Every change is saved at once. */
export function CollectionPicker({ trigger, open, onOpenChange, ...props }: CollectionPickerProps) {
  return (
    <Popover trigger={trigger} label="Collections" open={open} onOpenChange={onOpenChange} className="w-72">
      {open && <Checklist {...props} />}
    </Popover>
  );
}

function Checklist({ renderId, onPick }: Pick<CollectionPickerProps, "renderId" | "onPick">) {
  const { limits } = useConfig();
  const { collections, complete } = useCollections(renderId);
  const add = useAddCollection();
  const [wanted, setWanted] = useState("");
  // Enter was pressed before all were read.
  const [asked, setAsked] = useState(false);
  // What was picked since the list was read.
  const [picked, setPicked] = useState<Record<string, boolean>>({});

  const words = wanted.trim().toLowerCase();
  const matching = collections?.filter(({ name }) => name.toLowerCase().includes(words)) ?? [];
  const exact = collections?.find(({ name }) => name.toLowerCase() === words);
  // Until all are read, one of that name may be among the rest.
  const canMake = complete && !exact && !add.isPending;

  const failed = (error: unknown) => toast(error instanceof Error ? error.message : "That did not work.", { tone: "danger" });
  const put = (collection: Collection, next: boolean) => {
    setPicked((now) => ({ ...now, [collection.id]: next }));
    onPick(collection, next).catch((error: unknown) => {
      setPicked((now) => ({ ...now, [collection.id]: !next }));
      failed(error);
    });
  };
  const pick = (collection: Collection) => put(collection, renderId === null || !(picked[collection.id] ?? collection.contains));
  const make = () => {
    if (!canMake) return;
    add.mutate(wanted.trim() || "Untitled", {
      onSuccess: (collection) => {
        setWanted("");
        setAsked(false);
        put(collection, true);
      },
      onError: failed,
    });
  };
  const makeAsked = useEffectEvent(make);
  useEffect(() => {
    if (asked && complete) makeAsked();
  }, [asked, complete]);
  return (
    // As high before the collections are there as with a few of them: it opens where there is room for it, and stays.
    <div className="grid min-h-58 grid-cols-[minmax(0,1fr)] grid-rows-[auto_1fr_auto] gap-1.5">
      <input
        type="text"
        aria-label="Find or name a collection"
        placeholder="Find or name a collection"
        value={wanted}
        maxLength={limits.collection_name_characters}
        onChange={(event) => {
          setWanted(event.target.value);
          setAsked(false);
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || words === "") return;
          if (exact) put(exact, true);
          else if (complete) make();
          else setAsked(true);
        }}
        className={inputStyle}
      />
      <ul aria-label="Collections" className="grid max-h-72 content-start grid-cols-[minmax(0,1fr)] overflow-y-auto">
        {!collections && <TextSkeleton className="m-2.5 w-40" />}
        {matching.map((collection) => (
          <li key={collection.id}>
            <Row collection={collection} checked={renderId === null ? null : (picked[collection.id] ?? collection.contains)} onPick={() => pick(collection)} />
          </li>
        ))}
      </ul>
      <Button variant="ghost" blocked={!canMake} onClick={make} className="justify-start border-t-line px-2.5">
        <Plus aria-hidden size={15} strokeWidth={1.6} />
        <span className="truncate">{wanted.trim() && !exact ? `New collection “${wanted.trim()}”` : "New collection"}</span>
      </Button>
    </div>
  );
}

interface RowProps {
  collection: Collection;
  /** null: added on a click, whether it is in there already or not. */
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
      <span className="num text-12 text-ink-3">{count}</span>
      <span className="grid size-5 shrink-0 place-items-center">{checked && <Check aria-hidden size={15} strokeWidth={2} />}</span>
    </button>
  );
}
