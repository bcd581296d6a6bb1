import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { mySharesQuery } from "@/api/shares";
import { ShareLinkRow } from "@/publishing/share-link-row";
import { Button, buttonStyle } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Notice } from "@/components/ui/notice";
import { useDocumentTitle } from "@/lib/document-title";

/** Every link that a person made and did not turn off. */
export function MyLinksPage() {
  useDocumentTitle("Shared links");
  const shares = useInfiniteQuery(mySharesQuery);
  const links = shares.data?.pages.flatMap((page) => page.rows);
  return (
    <div className="mx-auto max-w-[720px] px-4 pt-5 pb-14 tablet:px-10">
      <h1 className="pb-4 text-24 font-semibold max-tablet:sr-only">Shared links</h1>
      {shares.error && <Notice tone="danger">{shares.error.message}</Notice>}
      {links?.length === 0 && (
        <EmptyState
          picture="/presets/quiet-still-life.webp"
          sentence="Nothing shared yet. Use Share on a render or a collection."
          action={
            <Link to="/dashboard/create" className={buttonStyle({ variant: "ink" })}>
              Create a render
            </Link>
          }
        />
      )}
      <ul aria-label="Links">
        {links?.map((link) => (
          <ShareLinkRow key={link.id} link={link} title={link.title} />
        ))}
      </ul>
      {shares.hasNextPage && (
        <Button onClick={() => void shares.fetchNextPage()} blocked={shares.isFetchingNextPage}>
          Show more
        </Button>
      )}
    </div>
  );
}
