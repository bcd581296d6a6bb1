import { Button } from "./button";
import { Notice } from "./notice";

/** Shown in the place of what could not be loaded, or after the part that could. */
export function LoadFailed({ error, onRetry }: { error: Error; onRetry: () => unknown }) {
  return (
    <Notice tone="danger" live className="mx-auto my-7 max-w-md">
      <p>{error.message}</p>
      <Button variant="ghost" size="sm" onClick={() => void onRetry()} className="-ml-2.5">
        Try again
      </Button>
    </Notice>
  );
}
