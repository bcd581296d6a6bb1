import { ApiError } from "@/api/errors";
import { Button } from "@/components/ui/button";
import { useDocumentTitle } from "@/lib/document-title";

import { MessagePage } from "@/components/message-page";

/** Shown instead of a page that failed. Reloading also loads a newer version, if the old code was the reason. */
export function ErrorPage({ error }: { error: unknown }) {
  useDocumentTitle("This page did not load");
  const known = error instanceof ApiError;
  return (
    <MessagePage
      title="This page did not load"
      sentence={known ? error.message : "Nothing you made is lost. Reload the page to go on."}
    >
      <Button
        variant="ink"
        onClick={() => {
          window.location.reload();
        }}
      >
        Reload
      </Button>
      {known && error.requestId && <p className="pt-4 text-12 text-ink-3">Request {error.requestId}</p>}
    </MessagePage>
  );
}
