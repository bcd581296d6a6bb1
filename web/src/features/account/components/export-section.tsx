import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";

import { useExport } from "../api/use-export";

/** Exports everything of the person. */
export function ExportSection() {
  const save = useExport();
  return (
    <div className="grid justify-items-start gap-4">
      <p className="text-13 text-ink-2">
        A ZIP with every render and photo as a file, and your prompts, collections and ledger as JSON.
      </p>
      {save.error && (
        <Notice tone="danger" live>
          {save.error.message}
        </Notice>
      )}
      <Button
        blocked={save.isPending}
        onClick={() => {
          save.mutate();
        }}
      >
        {save.isPending ? "Packing" : "Export my data"}
      </Button>
    </div>
  );
}
