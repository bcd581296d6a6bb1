import { useSession } from "@/auth/session";

import { Shell } from "./shell";
import { SiteLayout } from "./site-layout";

/** Public pages are shown inside the shell to signed-in people, and inside the site layout to visitors. */
export function PublicFrame() {
  return useSession().status === "signed-in" ? <Shell /> : <SiteLayout />;
}
