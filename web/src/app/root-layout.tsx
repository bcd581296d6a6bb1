import { Outlet } from "@tanstack/react-router";

import { LayersLater } from "@/components/ui/layers-later";
import { NavigationAnnouncer } from "./navigation-announcer";

export function RootLayout() {
  return (
    <>
      <Outlet />
      <LayersLater />
      <NavigationAnnouncer />
    </>
  );
}
