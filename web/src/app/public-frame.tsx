import { useSession } from "@/auth/session";

import { Shell } from "./shell";
import { SiteLayout } from "./site-layout";

/** Public pages stand in the shell for who is signed in, and in the site for visitors. */
export function PublicFrame() {
  return useSession().status === "signed-in" ? <Shell /> : <SiteLayout />;
}
