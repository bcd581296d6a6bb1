import { Link } from "@tanstack/react-router";

import { useSession } from "@/auth/session";
import { buttonStyle } from "@/components/ui/button";
import { useDocumentTitle } from "@/lib/document-title";

import { MessagePage } from "@/components/message-page";

export function NotFoundPage() {
  useDocumentTitle("Page not found");
  const signedIn = useSession().status === "signed-in";
  return (
    <MessagePage title="There is no page here" sentence="The address may have a typing error, or the page has moved.">
      <Link to={signedIn ? "/dashboard/create" : "/"} className={buttonStyle({ variant: "ink" })}>
        {signedIn ? "Go to Create" : "Go to the home page"}
      </Link>
    </MessagePage>
  );
}
