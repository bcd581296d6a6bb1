import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";

import { collectionsQuery } from "@/api/collections";
import { Select } from "@/components/ui/select";

interface CollectionFieldProps {
  value: string | null;
  onChange: (collectionId: string | null) => void;
}

const NONE = "";

/** Which collection the render goes to. Not there for who has none. */
export function CollectionField({ value, onChange }: CollectionFieldProps) {
  const { data, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(collectionsQuery(null));
  // A list to choose from is whole.
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);

  const own = data?.pages.flatMap((page) => page.rows).filter(({ is_favorites: favorites }) => !favorites) ?? [];
  const gone = data !== undefined && !hasNextPage && value !== null && !own.some(({ id }) => id === value);
  useEffect(() => {
    if (gone) onChange(null);
  }, [gone, onChange]);

  if (own.length === 0) return null;
  return (
    <Select
      label="Keep in"
      value={value ?? NONE}
      onChange={(next) => onChange(next === NONE ? null : next)}
      options={[{ value: NONE, label: "My Renders only" }, ...own.map(({ id, name }) => ({ value: id, label: name }))]}
    />
  );
}
