import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { sharesOf, useAddShare, type Shareable } from "@/api/shares";
import { QueryState } from "@/components/query-state";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/overlays/dialog";
import { GroupField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { Segmented } from "@/components/ui/segmented";
import { Switch } from "@/components/ui/switch";

import { ShareLinkRow } from "./share-link-row";

interface ShareDialogProps {
  target: Shareable;
  title: string;
  onClose: () => void;
}

const ENDS = [
  { value: "never", label: "Never" },
  { value: "1", label: "1 day" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
] as const;
type End = (typeof ENDS)[number]["value"];

const DAY_MS = 86_400_000;

/** Makes links to a render or collection, and lists the existing ones. */
export function ShareDialog({ target, title, onClose }: ShareDialogProps) {
  const links = useQuery(sharesOf(target));
  const add = useAddShare();
  const [includeSettings, setIncludeSettings] = useState(false);
  const [end, setEnd] = useState<End>("never");

  const make = () => {
    const expires = end === "never" ? null : new Date(Date.now() + Number(end) * DAY_MS).toISOString();
    add.mutate({ ...target, include_settings: includeSettings, expires_at: expires });
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      size="md"
      title={`Share ${title}`}
      description="Anyone with the link can view these renders until you turn it off."
      footer={
        <Button variant="ink" onClick={make} blocked={add.isPending}>
          Create link
        </Button>
      }
    >
      <div className="grid gap-4">
        <Switch
          label="Show how it was made"
          hint="Prompt, preset, settings and seed, so that others can start from them"
          checked={includeSettings}
          onChange={setIncludeSettings}
        />
        <GroupField label="Expires">
          {(labelId) => <Segmented aria-labelledby={labelId} options={ENDS} value={end} onChange={setEnd} />}
        </GroupField>
        {add.error && (
          <Notice tone="danger" live>
            {add.error.message}
          </Notice>
        )}
        <QueryState query={links}>
          {(rows) =>
            rows.length > 0 && (
              <ul aria-label="Links" className="grid">
                {rows.map((link) => (
                  <ShareLinkRow key={link.id} link={link} />
                ))}
              </ul>
            )
          }
        </QueryState>
      </div>
    </Dialog>
  );
}
