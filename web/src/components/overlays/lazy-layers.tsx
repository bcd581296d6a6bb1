import { useEffect, useState } from "react";

import { PlainToasts } from "./plain-toasts";
import { useToasts } from "@/components/ui/toast-store";
import { loadOverlays, useLoadedOverlays } from "./use-overlays";

/** Load it after the first page, before it is needed: "You are offline" must not need the network. */
const LAYERS_AFTER_MS = 1000;

/**
 * Toasts and tooltips over every page. Toasts are plain until their code is there. Those that are shown then stay so
 * until another comes: a button that is replaced while it is being pressed does nothing.
 */
export function LazyLayers() {
  const newest = useToasts().at(-1)?.id;
  const overlays = useLoadedOverlays();
  const [plain, setPlain] = useState(newest);
  if (!overlays && plain !== newest) setPlain(newest);
  const staysPlain = newest !== undefined && newest === plain;
  useEffect(() => {
    if (overlays) return;
    // If it does not come: the next toast, the network, or a menu that is opened tries again.
    const load = () => void loadOverlays().catch(() => undefined);
    const timer = setTimeout(load, newest === undefined ? LAYERS_AFTER_MS : 0);
    window.addEventListener("online", load);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("online", load);
    };
  }, [overlays, newest]);
  return (
    <>
      {(!overlays || staysPlain) && <PlainToasts />}
      {overlays && <overlays.Layers toasts={!staysPlain} />}
    </>
  );
}
