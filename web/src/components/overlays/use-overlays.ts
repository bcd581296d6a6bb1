import { useEffect, useEffectEvent, useState } from "react";

import { createStore } from "@/lib/store";

import { toast } from "@/components/ui/toast-store";

type Overlays = typeof import("./panels");

const loaded = createStore<Overlays | null>(() => null);

/** Loads the code of menus, popovers and tooltips. No page needs it before the first interaction. */
export async function loadOverlays(): Promise<Overlays> {
  const overlays = await import("./panels");
  loaded.set(overlays);
  return overlays;
}

/** Their code, once anything has loaded it; null before. */
export const useLoadedOverlays = loaded.use;

/** Their code, loaded as soon as it is `needed`; null before. A failure is shown to the person. */
export function useOverlays(needed: boolean, onFailed?: () => void): Overlays | null {
  const overlays = useLoadedOverlays();
  // A menu that was never opened draws nothing of it.
  const [wanted, setWanted] = useState(needed);
  if (needed && !wanted) setWanted(true);
  const fail = useEffectEvent(() => {
    toast("This did not load. Check your connection, then try again.", { tone: "danger" });
    onFailed?.();
  });
  useEffect(() => {
    if (needed && !overlays) loadOverlays().catch(fail);
  }, [needed, overlays]);
  return wanted ? overlays : null;
}
