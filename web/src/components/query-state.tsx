import type { ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { LoadFailed } from "@/components/ui/load-failed";

/** What TanStack Query tells of a query; an infinite one can load more. */
export interface QueryLike<Data> {
  data: Data | undefined;
  error: Error | null;
  refetch: () => unknown;
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
  isFetchNextPageError?: boolean;
  fetchNextPage?: () => unknown;
}

interface QueryStateProps<Data> {
  query: QueryLike<Data>;
  /** Shown until the first answer. */
  pending?: ReactNode;
  /** Shown in place of everything else: what was asked for is not there. null for other errors, which may pass. */
  instead?: (error: Error) => ReactNode;
  /** Shown in place of a list, or of pages of rows, with nothing in it. */
  empty?: ReactNode;
  /** What the button for the next page says. */
  more?: string;
  children: (data: Data) => ReactNode;
}

/** A list or section in its four states: pending, failed with a button to try again, empty, or with its data. */
export function QueryState<Data>({
  query,
  pending = null,
  instead,
  empty,
  more = "Show more",
  children,
}: QueryStateProps<Data>) {
  const { data, error, refetch, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const replaced = error && instead?.(error);
  if (replaced) return replaced;
  const failed = error && (
    <LoadFailed error={error} onRetry={() => (isFetchNextPageError ? fetchNextPage?.() : refetch())} />
  );
  if (data === undefined) return failed ?? pending;
  return (
    <>
      {empty !== undefined && isEmpty(data) ? empty : children(data)}
      {failed}
      {hasNextPage && fetchNextPage && !failed && (
        <div className="pt-6 text-center">
          <Button blocked={isFetchingNextPage ?? false} onClick={() => void fetchNextPage()}>
            {more}
          </Button>
        </div>
      )}
    </>
  );
}

function isEmpty(data: unknown): boolean {
  if (Array.isArray(data)) return data.length === 0;
  const pages = (data as { pages?: { rows?: unknown[] }[] }).pages ?? [];
  return pages.length > 0 && pages.every(({ rows }) => rows?.length === 0);
}
