import { useRouter } from "@tanstack/react-router";
import { useEffect } from "react";

import { announce, useAnnounced } from "@/lib/announcement";

/**
 * Says what is announced. After a change of page it does what the browser does after loading a document: it moves the
 * focus to the start of the page, and announces its title.
 */
export function Announcer() {
  const router = useRouter();
  const text = useAnnounced();

  useEffect(
    () =>
      router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
        if (!fromLocation || !pathChanged) return;
        document.getElementById("main")?.focus({ preventScroll: true });
        announce(document.title);
      }),
    [router],
  );
  return (
    <p aria-live="polite" className="sr-only">
      {text}
    </p>
  );
}
