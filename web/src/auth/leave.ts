import { toast } from "@/components/ui/toast-store";

import { signOut } from "./session";

/** Signs out, or says that it did not work: the code that does it may not have come. */
export function leave() {
  signOut().catch(() => {
    const why = navigator.onLine ? "Try again in a moment." : "You are offline.";
    toast(`You are still signed in. ${why}`, { tone: "danger" });
  });
}
