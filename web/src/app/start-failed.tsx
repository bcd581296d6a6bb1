import { useEffect, useState } from "react";

import { ApiError } from "@/api/errors";
import { Button } from "@/components/ui/button";
import { useDocumentTitle } from "@/lib/document-title";

import { MessagePage, WholePage } from "@/components/message-page";

const RETRY_AFTER_S = 5;

/** Shown instead of the first page when the API gives no configuration. Tries again by itself. */
export function StartFailed({ error, retry }: { error: unknown; retry: () => void }) {
  useDocumentTitle("Not reachable");
  const [seconds, setSeconds] = useState(RETRY_AFTER_S);

  useEffect(() => {
    if (seconds === 0) {
      retry();
      return;
    }
    const timer = setTimeout(() => {
      setSeconds(seconds - 1);
    }, 1000);
    return () => {
      clearTimeout(timer);
    };
    // The countdown runs once for each mounted page; each attempt mounts a new one.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [seconds]);

  const offline = error instanceof ApiError && error.code === "offline";
  return (
    <WholePage>
      <MessagePage
        title={offline ? "You are offline" : "We cannot reach Maquette right now"}
        sentence={seconds === 0 ? "Trying again." : `Trying again in ${String(seconds)} s.`}
      >
        <Button variant="ink" onClick={retry}>
          Try now
        </Button>
      </MessagePage>
    </WholePage>
  );
}
