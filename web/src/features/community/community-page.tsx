import { useDocumentTitle } from "@/lib/document-title";

import { SetList } from "./components/set-list";

export function CommunityPage() {
  useDocumentTitle("Community");
  return (
    <div className="mx-auto max-w-[1360px] px-4 pt-7 pb-14 tablet:px-8">
      <SetList headingLevel="h1" />
    </div>
  );
}
