import { Outlet } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";

import { useToasts } from "@/components/ui/toast-store";
import { TooltipProvider } from "@/components/ui/tooltip";

import { NavigationAnnouncer } from "./navigation-announcer";

/** Milliseconds before a tooltip: long enough not to flicker under a passing pointer. */
const TOOLTIP_DELAY_MS = 400;

/** When the first page is there, before there is anything to say: "You are offline" must not need the network. */
const TOASTS_AFTER_MS = 1000;

function Toasts() {
  const some = useToasts().length > 0;
  const [Toaster, setToaster] = useState<(() => ReactNode) | null>(null);
  useEffect(() => {
    if (Toaster) return;
    const load = () => import("@/components/ui/toaster").then(({ Toaster }) => setToaster(() => Toaster));
    // Where its code does not come, the next toast asks again.
    const timer = setTimeout(() => void load().catch(() => undefined), some ? 0 : TOASTS_AFTER_MS);
    return () => clearTimeout(timer);
  }, [Toaster, some]);
  return Toaster && <Toaster />;
}

export function RootLayout() {
  return (
    <TooltipProvider delayDuration={TOOLTIP_DELAY_MS}>
      <Outlet />
      <Toasts />
      <NavigationAnnouncer />
    </TooltipProvider>
  );
}
