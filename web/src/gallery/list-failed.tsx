import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

/** Shown when a list, or the rest of it, could not be loaded. */
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
