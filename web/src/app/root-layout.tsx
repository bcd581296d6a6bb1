import { Outlet } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";

import { useToasts } from "@/components/ui/toast-store";
import { loadOverlays } from "@/components/ui/use-overlays";

import { NavigationAnnouncer } from "./navigation-announcer";

/** When the first page is there, before there is anything to say: "You are offline" must not need the network. */
const LAYERS_AFTER_MS = 1000;

type Layer = () => ReactNode;

const loadToasts = () => import("@/components/ui/toaster").then(({ Toaster }): Layer => Toaster);
const loadTooltips = () => loadOverlays().then(({ Tooltips }): Layer => Tooltips);

/** What lies over every page, after the first one or as soon as it is needed. */
function Late({ load, needed = false }: { load: () => Promise<Layer>; needed?: boolean }) {
  const [Layer, setLayer] = useState<Layer | null>(null);
  useEffect(() => {
    if (Layer) return;
    // Where its code does not come, the next need asks again.
    const timer = setTimeout(() => void load().then((layer) => setLayer(() => layer), () => undefined), needed ? 0 : LAYERS_AFTER_MS);
    return () => clearTimeout(timer);
  }, [Layer, load, needed]);
  return Layer && <Layer />;
}

export function RootLayout() {
  const someToasts = useToasts().length > 0;
  return (
    <>
      <Outlet />
      <Late load={loadToasts} needed={someToasts} />
      <Late load={loadTooltips} />
      <NavigationAnnouncer />
    </>
  );
}
