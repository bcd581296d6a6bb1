import { Outlet } from "@tanstack/react-router";

import { Toaster } from "@/components/ui/toaster";
import { TooltipProvider } from "@/components/ui/tooltip";

import { NavigationAnnouncer } from "./navigation-announcer";

/** Milliseconds before a tooltip: long enough not to flicker under a passing pointer. */
const TOOLTIP_DELAY_MS = 400;

export function RootLayout() {
  return (
    <TooltipProvider delayDuration={TOOLTIP_DELAY_MS}>
      <Outlet />
      <Toaster />
      <NavigationAnnouncer />
    </TooltipProvider>
  );
}
