import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

/** A list, or the rest of it, that could not be read. */
export function ListFailed({ error, onRetry }: { error: Error; onRetry: () => void }) {
  return (
    <Notice tone="danger" live className="mx-auto my-7 max-w-md">
      <p>{error.message}</p>
      <Button variant="ghost" size="sm" onClick={onRetry} className="-ml-2.5">
        Try again
      </Button>
    </Notice>
  );
}
