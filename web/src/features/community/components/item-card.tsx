import { Picture } from "@/components/picture/picture";
import { ApplyButton } from "@/publishing/apply-button";

import type { CommunityItem } from "../api/community";

interface ItemCardProps {
  item: CommunityItem;
  eager: boolean;
  onOpen: () => void;
}

/** A picture of a community set, with its settings. */
export function ItemCard({ item, eager, onOpen }: ItemCardProps) {
  const { picture, recipe } = item;
  return (
    <li className="mb-7 break-inside-avoid">
      <button type="button" onClick={onOpen} aria-label={`Look at ${item.title}`} className="block w-full rounded-pic">
        <Picture
          src={picture.thumbnail_url}
          alt={item.title}
          width={picture.width}
          height={picture.height}
          placeholder={picture.placeholder}
          eager={eager}
        />
      </button>
      <div className="flex items-center gap-2.5 pt-2.5">
        <div className="min-w-0 grow">
          <h2 className="truncate text-13 font-[550]">{item.title}</h2>
          <p className="truncate text-12 text-ink-2">
            {recipe.preset_name ?? "A preset of the past"}, by {item.credit}
          </p>
        </div>
        <ApplyButton title={item.title} recipe={recipe} />
      </div>
    </li>
  );
}
