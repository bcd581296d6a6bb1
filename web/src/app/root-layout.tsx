import { Outlet } from "@tanstack/react-router";
import { useEffect } from "react";

import { linkSentence } from "@/auth/messages";
import { getSession, takeLinkNews } from "@/auth/session";
import { LazyLayers } from "@/components/overlays/lazy-layers";
import { toast } from "@/components/ui/toast-store";
import { Announcer } from "./announcer";

export function RootLayout() {
  useEffect(tellLinkNews, []);
  return (
    <>
      <Outlet />
      <LazyLayers />
      <Announcer />
    </>
  );
}

/** Visitors are told by the page for signing in; who is signed in stays on their page. */
function tellLinkNews() {
  if (getSession().status === "signed-out") return;
  const news = takeLinkNews();
  if (news) toast(linkSentence(news));
}
