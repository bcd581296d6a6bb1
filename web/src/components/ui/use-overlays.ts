import { useEffect, useEffectEvent, useState } from "react";

import { toast } from "./toast-store";

type Overlays = typeof import("./overlays");

let loaded: Overlays | null = null;

/** Loads the code of menus, popovers and tooltips. No page needs it before the first interaction. */
export async function loadOverlays(): Promise<Overlays> {
  loaded = await import("./overlays");
  return loaded;
}

/** Their code, loaded as soon as it is `needed`; null before. A failure is shown to the person. */
export function useOverlays(needed: boolean, onFailed?: () => void): Overlays | null {
  const [overlays, setOverlays] = useState<Overlays | null>(null);
  if (needed && loaded && !overlays) setOverlays(loaded);

  const fail = useEffectEvent(() => {
    toast("This did not load. Check your connection, then try again.", { tone: "danger" });
    onFailed?.();
  });
  useEffect(() => {
    if (needed && !overlays) void loadOverlays().then(setOverlays, fail);
  }, [needed, overlays]);
  return overlays;
}
