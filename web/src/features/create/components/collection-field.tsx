import { memo, useEffect } from "react";

import { useCollections } from "@/api/collections";
import { Select } from "@/components/ui/select";

interface CollectionFieldProps {
  value: string | null;
  onChange: (collectionId: string | null) => void;
}

const NONE = "";

/** The collection for the render. Not shown to people without collections. */
export const CollectionField = memo(function CollectionField({ value, onChange }: CollectionFieldProps) {
  const { collections, complete } = useCollections(null);
  const own = collections?.filter(({ is_favorites: favorites }) => !favorites) ?? [];
  const gone = complete && value !== null && !own.some(({ id }) => id === value);
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
});
