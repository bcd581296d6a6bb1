import { ChevronDown, Heart, X } from "lucide-react";

import { useCollections } from "@/api/collections";
import { useConfig } from "@/api/config";
import { Chip } from "@/components/ui/chip";
import { Menu, MenuItem } from "@/components/overlays/menu";

import { isFiltered, type RendersSearch } from "../search";
import { DateFilter } from "./date-filter";

interface FiltersProps {
  search: RendersSearch;
  onChange: (changes: { [Key in keyof RendersSearch]?: RendersSearch[Key] | undefined }) => void;
  onClear: () => void;
}

const ARROW = <ChevronDown aria-hidden size={15} strokeWidth={1.6} />;

/** Chips that filter the list. */
export function Filters({ search, onChange, onClear }: FiltersProps) {
  const { families, presets } = useConfig();
  const own = useCollections(null).collections?.filter(({ is_favorites: favorites }) => !favorites) ?? [];
  const chosen = search.family?.split(",") ?? [];
  const preset = presets.find(({ id }) => id === search.preset);
  const collection = own.find(({ id }) => id === search.collection);

  const toggleFamily = (id: string) => {
    const next = chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id];
    onChange({ family: next.length > 0 ? next.join(",") : undefined });
  };
  return (
    <div
      role="group"
      aria-label="Filters"
      className="no-scrollbar flex items-center gap-2 overflow-x-auto py-3 max-tablet:-mx-3.5 max-tablet:px-3.5"
    >
      <Chip pressed={!isFiltered(search)} onClick={onClear}>
        All
      </Chip>
      {families.map(({ id, name }) => (
        <Chip key={id} pressed={chosen.includes(id)} onClick={() => toggleFamily(id)}>
          {name}
        </Chip>
      ))}
      <Chip
        pressed={search.favorite === true}
        onClick={() => onChange({ favorite: search.favorite ? undefined : true })}
      >
        <Heart aria-hidden size={15} strokeWidth={1.6} />
        My Favorites
      </Chip>
      <Menu
        align="start"
        trigger={
          <Chip pressed={search.preset !== undefined}>
            {preset?.name ?? "Preset"}
            {ARROW}
          </Chip>
        }
      >
        {search.preset !== undefined && <Any label="Any preset" onSelect={() => onChange({ preset: undefined })} />}
        {presets.map(({ id, name }) => (
          <MenuItem key={id} onSelect={() => onChange({ preset: id })}>
            {name}
          </MenuItem>
        ))}
      </Menu>
      {(own.length > 0 || search.collection !== undefined) && (
        <Menu
          align="start"
          trigger={
            <Chip pressed={search.collection !== undefined}>
              <span className="max-w-40 truncate">{collection?.name ?? "Collection"}</span>
              {ARROW}
            </Chip>
          }
        >
          {search.collection !== undefined && (
            <Any label="Any collection" onSelect={() => onChange({ collection: undefined })} />
          )}
          {own.map(({ id, name }) => (
            <MenuItem key={id} onSelect={() => onChange({ collection: id })}>
              <span className="max-w-64 truncate">{name}</span>
            </MenuItem>
          ))}
        </Menu>
      )}
      <DateFilter search={search} onChange={onChange} />
    </div>
  );
}

function Any({ label, onSelect }: { label: string; onSelect: () => void }) {
  return (
    <MenuItem icon={<X aria-hidden size={15} strokeWidth={1.6} />} onSelect={onSelect}>
      {label}
    </MenuItem>
  );
}
