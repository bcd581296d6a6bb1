import { WifiOff } from "lucide-react";

import { useOnline } from "@/lib/use-online";

export function OfflineBanner() {
  const online = useOnline();
  return (
    <div role="status">
      {!online && (
        <p
          data-banner
          className="flex h-(--banner) items-center justify-center gap-2 border-b border-line bg-canary-wash px-4 text-13"
        >
          <WifiOff aria-hidden size={18} strokeWidth={1.6} className="shrink-0" />
          You are offline. Your draft is kept on this device.
        </p>
      )}
    </div>
  );
}
