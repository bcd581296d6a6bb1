import { useDocumentTitle } from "@/lib/document-title";

export function CreatePage() {
  useDocumentTitle("Create");
  return <h1 className="p-7 text-24 font-semibold">Create</h1>;
}
