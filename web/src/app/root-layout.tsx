import { Outlet } from "@tanstack/react-router";

import { LazyLayers } from "@/components/overlays/lazy-layers";
import { NavigationAnnouncer } from "./navigation-announcer";

export function RootLayout() {
  return (
    <>
      <Outlet />
      <LazyLayers />
      <NavigationAnnouncer />
    </>
  );
}
