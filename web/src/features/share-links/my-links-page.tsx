import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { mySharesQuery } from "@/api/shares";
import { QueryState } from "@/components/query-state";
import { ShareLinkRow } from "@/publishing/share-link-row";
import { buttonStyle } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { TextSkeleton } from "@/components/ui/skeleton";
import { useDocumentTitle } from "@/lib/document-title";

/** Every link that a person made and did not turn off. */
export function MyLinksPage() {
  useDocumentTitle("Shared links");
  const shares = useInfiniteQuery(mySharesQuery);
  return (
    <div className="mx-auto max-w-[720px] px-4 pt-5 pb-14 tablet:px-10">
      <h1 className="pb-4 text-24 font-semibold max-tablet:sr-only">Shared links</h1>
      <QueryState query={shares} pending={<TextSkeleton className="mt-4 w-64" />} empty={<NoLinks />}>
        {({ pages }) => (
          <ul aria-label="Links">
            {pages.flatMap(({ rows }) =>
              rows.map((link) => <ShareLinkRow key={link.id} link={link} title={link.title} />),
            )}
          </ul>
        )}
      </QueryState>
    </div>
  );
}

function NoLinks() {
  return (
    <EmptyState
      picture="/presets/quiet-still-life.webp"
      sentence="Nothing shared yet. Use Share on a render or a collection."
      action={
        <Link to="/dashboard/create" className={buttonStyle({ variant: "ink" })}>
          Create a render
        </Link>
      }
    />
  );
}
