import { Link } from "@tanstack/react-router";

import { buttonStyle } from "@/components/ui/button";
import { useDocumentTitle } from "@/lib/document-title";

import { MessagePage } from "@/components/message-page";

export function NotFoundPage() {
  useDocumentTitle("Page not found");
  return (
    <MessagePage title="There is no page here" sentence="The address may have a typing error, or the page has moved.">
      <Link to="/" className={buttonStyle({ variant: "ink" })}>
        Go to Create
      </Link>
    </MessagePage>
  );
}
