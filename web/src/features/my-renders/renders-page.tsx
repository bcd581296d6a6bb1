import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowDownUp, Plus, Trash } from "lucide-react";
import { useState } from "react";

import { useConfig } from "@/api/config";
import { monthsQuery } from "@/api/render-lists";
import type { RenderCard } from "@/api/render-types";
import { QueryState } from "@/components/query-state";
import { Button, buttonStyle } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { GridSkeleton } from "@/gallery/grid-skeleton";
import { MonthRuler } from "@/gallery/month-ruler";
import { RenderGrid } from "@/gallery/render-grid";
import { useGridKeys } from "@/gallery/use-grid-keys";
import { useListing } from "@/gallery/use-listing";
import { useRenderActions } from "@/gallery/use-render-actions";
import { useSelection } from "@/gallery/use-selection";
import { renderCount } from "@/lib/words";
import { monthName } from "@/lib/dates";
import { useDocumentTitle } from "@/lib/document-title";
import { useNarrow } from "@/lib/use-narrow";
import { grouped } from "@/lib/numbers";

import { BulkBar } from "./components/bulk-bar";
import { Filters } from "./components/filters";
import { SearchField } from "./components/search-field";
import { isFiltered, listingOf, type RendersSearch } from "./search";

const route = getRouteApi("/dashboard/renders");

type Changes = { [Key in keyof RendersSearch]?: RendersSearch[Key] | undefined };

/** My Renders: everything a person made, by month. */
export function RendersPage() {
  useDocumentTitle("Renders");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const change = (changes: Changes) => {
    const jumps = changes.month !== undefined;
    void navigate({
      to: "/dashboard/renders",
      // From the address as it will be: the router may not have finished the last change. Another list starts at its top.
      search: (now) => ({ ...now, month: undefined, ...changes }),
      replace: !jumps,
      // After a jump the list scrolls to the month itself, because renders before it may be loaded too.
      resetScroll: !jumps,
    });
  };
  const listing = listingOf(search);
  const { data: months } = useQuery({ ...monthsQuery(listing.filters), placeholderData: keepPreviousData });
  const [goal, setGoal] = useState<string | null>(null);
  const jump = (month: string) => {
    setGoal(month);
    change({ month });
  };
  const total = months?.reduce((sum, { count }) => sum + count, 0) ?? null;
  // In the order of the list: the API gives the latest month first.
  const inOrder = (search.sort === "oldest" ? months?.toReversed() : months) ?? null;

  return (
    <div className="px-3.5 pt-2.5 pb-44 tablet:px-7 tablet:pr-14 tablet:pt-4.5 tablet:pb-30">
      <header className="flex min-h-11 flex-wrap items-center gap-2 tablet:gap-3">
        <h1 className="text-24 font-semibold max-tablet:sr-only">
          Renders
          {total !== null && <span className="num ml-2 text-18 font-normal text-ink-3">{grouped(total)}</span>}
        </h1>
        <div className="grow max-tablet:hidden" />
        <SearchField
          value={search.q ?? ""}
          placeholder="Search titles and prompts"
          onChange={(q) => change({ q: q || undefined })}
        />
        <Button
          className="max-tablet:grow"
          onClick={() => change({ sort: search.sort === "oldest" ? undefined : "oldest" })}
          aria-label={search.sort === "oldest" ? "Oldest first. Show newest first" : "Newest first. Show oldest first"}
        >
          <ArrowDownUp aria-hidden size={15} strokeWidth={1.6} />
          {search.sort === "oldest" ? "Oldest first" : "Newest first"}
        </Button>
        {inOrder && inOrder.length > 1 && <JumpSelect months={inOrder} current={search.month ?? ""} onJump={jump} />}
        <Link to="/dashboard/trash" className={buttonStyle({ variant: "line" })}>
          <Trash aria-hidden size={15} strokeWidth={1.6} />
          <span className="max-tablet:sr-only">Trash</span>
        </Link>
        <Link to="/dashboard/create" className={buttonStyle({ variant: "ink", className: "max-tablet:hidden" })}>
          <Plus aria-hidden size={15} strokeWidth={1.6} />
          New render
        </Link>
      </header>
      <Filters search={search} onChange={change} onClear={() => change(NO_FILTERS)} />
      <List
        search={search}
        months={inOrder}
        total={total}
        onChange={change}
        onJump={jump}
        jumping={goal !== null && goal === search.month}
        onReached={() => setGoal(null)}
      />
    </div>
  );
}

const NO_FILTERS: Changes = {
  q: undefined,
  family: undefined,
  preset: undefined,
  collection: undefined,
  favorite: undefined,
  from: undefined,
  to: undefined,
};

interface JumpSelectProps {
  months: readonly { month: string; count: number }[];
  current: string;
  onJump: (month: string) => void;
}

/** The month ruler on a phone. */
function JumpSelect({ months, current, onJump }: JumpSelectProps) {
  return (
    <select
      aria-label="Go to month"
      value={months.some(({ month }) => month === current) ? current : ""}
      onChange={(event) => onJump(event.target.value)}
      className="h-(--tap) grow rounded-sm border border-line bg-surface px-3 text-13 font-[550] tablet:hidden"
    >
      <option value="" disabled>
        Go to month
      </option>
      {months.map(({ month, count }) => (
        <option key={month} value={month}>
          {monthName(month)} ({grouped(count)})
        </option>
      ))}
    </select>
  );
}

/** How many variants a render has, if it has several. */
function variantCount({ variant_count: count }: RenderCard): number | null {
  return count > 1 ? count : null;
}

interface ListProps {
  search: RendersSearch;
  months: readonly { month: string; count: number }[] | null;
  total: number | null;
  onChange: (changes: Changes) => void;
  onJump: (month: string) => void;
  /** The list must still scroll to the month of the address; `onReached` reports that it did. */
  jumping: boolean;
  onReached: () => void;
}

function List({ search, months, total, onChange, onJump, jumping, onReached }: ListProps) {
  const listing = listingOf(search);
  const { query, cards, order, start, shown, loadingMore, ...list } = useListing(listing);
  const key = JSON.stringify(listing);
  const selection = useSelection(order, key);
  const actions = useRenderActions();
  const [activeId, setActiveId] = useState<string | null>(null);
  const active = cards?.find(({ id }) => id === activeId);
  const [picking, setPicking] = useState(false);
  const [month, setMonth] = useState<string | null>(null);
  const narrow = useNarrow();
  const ruler = !narrow && months !== null && months.length > 1;
  const counts = new Map(months?.map((each) => [each.month, each.count]));
  const matching = { matching: listing.filters };

  useGridKeys({
    selection,
    active,
    matching,
    onFavorite: actions.favorite,
    onCollect: () => {
      if (!selection.any && active) selection.toggle(active.id);
      setPicking(true);
    },
    onDownload: actions.download,
    onDelete: (selected) => void actions.trash(selected),
  });

  return (
    <QueryState query={query} pending={<GridSkeleton />} empty={<Nothing search={search} onChange={onChange} />}>
      {(loaded) => (
        <>
          {ruler && <MonthRuler months={months} current={month} onJump={onJump} />}
          <div aria-busy={shown !== key} className="transition-opacity aria-busy:opacity-60">
            <RenderGrid
              // Another list: reset the position.
              key={shown}
              {...list}
              label="Renders"
              cards={loaded}
              selection={selection}
              months={counts}
              onMonth={ruler ? setMonth : undefined}
              goal={jumping ? start : null}
              begins={months?.[0]?.month === search.month}
              onReached={onReached}
              onActive={setActiveId}
              note={variantCount}
            />
          </div>
          {loadingMore && (
            <p role="status" className="py-4 text-center text-12 text-ink-3">
              Loading more renders
            </p>
          )}
          {selection.any && (
            <BulkBar
              selection={selection}
              filters={listing.filters}
              total={total}
              actions={actions}
              picking={picking}
              onPicking={setPicking}
            />
          )}
        </>
      )}
    </QueryState>
  );
}

function Nothing({ search, onChange }: Pick<ListProps, "search" | "onChange">) {
  const { presets } = useConfig();
  const picture = presets[0]?.picture ?? "";
  const unfiltered = !isFiltered(search);
  const { data: trash } = useQuery({ ...monthsQuery({ trashed: true }), enabled: unfiltered });
  const inTrash = trash?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  if (unfiltered && inTrash > 0) {
    return (
      <EmptyState
        picture={picture}
        sentence={`Nothing here. ${renderCount(inTrash)} in the trash.`}
        action={
          <Link to="/dashboard/trash" className={buttonStyle({ variant: "ink" })}>
            Open the trash
          </Link>
        }
      />
    );
  }
  if (unfiltered) {
    return (
      <EmptyState
        picture={picture}
        sentence="Nothing here yet. Your first render starts with a photo or a sentence."
        action={
          <Link to="/dashboard/create" className={buttonStyle({ variant: "ink" })}>
            Make your first render
          </Link>
        }
      />
    );
  }
  const bySearchAlone = search.q !== undefined && !isFiltered({ ...search, q: undefined });
  return (
    <EmptyState
      picture={picture}
      sentence={search.q !== undefined ? `No renders match “${search.q}”.` : "No renders match these filters."}
      action={
        <Button onClick={() => onChange(NO_FILTERS)}>{bySearchAlone ? "Clear the search" : "Clear the filters"}</Button>
      }
    />
  );
}
