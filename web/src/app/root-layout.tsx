import { Outlet } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";

import { useToasts } from "@/components/ui/toast-store";
import { loadOverlays } from "@/components/ui/use-overlays";

import { NavigationAnnouncer } from "./navigation-announcer";

/** Load it after the first page, before it is needed: "You are offline" must not need the network. */
const LAYERS_AFTER_MS = 1000;

function LayersLater() {
  const some = useToasts().length > 0;
  const [Layers, setLayers] = useState<(() => ReactNode) | null>(null);
  useEffect(() => {
    if (Layers) return;
    const load = () => loadOverlays().then(({ Layers }) => setLayers(() => Layers));
    // If loading fails, the next toast tries again.
    const timer = setTimeout(() => void load().catch(() => undefined), some ? 0 : LAYERS_AFTER_MS);
    return () => clearTimeout(timer);
  }, [Layers, some]);
  return Layers && <Layers />;
}

export function RootLayout() {
  return (
    <>
      <Outlet />
      <LayersLater />
      <NavigationAnnouncer />
    </>
  );
}
