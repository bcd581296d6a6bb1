import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { QueryState } from "@/components/query-state";
import { Chip } from "@/components/ui/chip";

import { setsQuery, tagsQuery } from "../api/community";
import { SetCard } from "./set-card";

/** All community sets, or those with one tag. */
export function SetList({ headingLevel: Heading }: { headingLevel: "h1" | "h2" }) {
  const [tag, setTag] = useState<string | null>(null);
  const { data: tags = [] } = useQuery(tagsQuery);
  const sets = useInfiniteQuery(setsQuery(tag));
  return (
    <section aria-labelledby="sets">
      <div className="flex flex-wrap items-center gap-2 pb-5">
        <Heading id="sets" className="grow text-24 font-semibold max-tablet:basis-full">
          Curated sets
        </Heading>
        {/* In one row: otherwise they could wrap when the font arrives, and the page would shift. */}
        <div className="no-scrollbar flex gap-2 max-tablet:-mx-4 max-tablet:overflow-x-auto max-tablet:px-4">
          {[null, ...tags].map((one) => (
            <Chip
              key={one}
              pressed={tag === one}
              onClick={() => {
                setTag(one);
              }}
              className="capitalize"
            >
              {one ?? "All"}
            </Chip>
          ))}
        </div>
      </div>
      <QueryState
        query={sets}
        // Before the sets arrive, fill the screen of a phone, so that what follows does not shift.
        pending={<div aria-hidden className="min-h-60 max-tablet:min-h-dvh" />}
        empty={<p className="min-h-60 py-8 text-15 text-ink-2">No sets here yet.</p>}
      >
        {({ pages }) => (
          <ul className="grid min-h-60 grid-cols-1 gap-x-5 gap-y-7 tablet:grid-cols-2 wide:grid-cols-4">
            {pages.flatMap(({ rows }) => rows.map((set) => <SetCard key={set.slug} set={set} />))}
          </ul>
        )}
      </QueryState>
    </section>
  );
}
