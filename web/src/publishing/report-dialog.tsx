import { useState } from "react";

import { useConfig } from "@/api/config";
import { useReport, type Report } from "@/api/report";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/overlays/dialog";
import { TextArea } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { Select } from "@/components/ui/select";
import { toast } from "@/components/ui/toast-store";

/** Nothing is chosen for the reporter. */
const NO_REASON = "";

const REASONS = [
  { value: NO_REASON, label: "Choose a reason" },
  { value: "illegal", label: "It is illegal" },
  { value: "private", label: "It shows someone without their consent" },
  { value: "offensive", label: "It is hateful, violent or sexual" },
  { value: "other", label: "Something else" },
] as const;

interface ReportDialogProps {
  /** What is reported, in one word. */
  what?: "picture" | "page";
  subject: { share_token: string; render_id?: string } | { community_item_id: string };
  onClose: () => void;
}

/** Reports a picture to the operators, without the reporter's name. */
export function ReportDialog({ what = "picture", subject, onClose }: ReportDialogProps) {
  const [reason, setReason] = useState<Report["reason"] | typeof NO_REASON>(NO_REASON);
  const [message, setMessage] = useState("");
  const { limits } = useConfig();
  const report = useReport();
  // "Something else" alone tells an operator nothing.
  const missing =
    reason === NO_REASON
      ? "Choose a reason."
      : reason === "other" && message.trim() === ""
        ? "Say what is wrong."
        : null;
  const send = () => {
    if (reason === NO_REASON) return;
    report.mutate(
      { ...subject, reason, message },
      {
        onSuccess: () => {
          toast("Thank you. We look at every report.");
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Report this ${what}`}
      description="Reports are anonymous."
      footer={
        <Button variant="ink" onClick={send} blocked={report.isPending || missing !== null}>
          Send report
        </Button>
      }
    >
      <div className="grid gap-4">
        <Select label="What is wrong" options={REASONS} value={reason} onChange={setReason} />
        <TextArea
          label="What should we know"
          rows={4}
          maxLength={limits.report_characters}
          value={message}
          onChange={(event) => {
            setMessage(event.target.value);
          }}
        />
        {missing && <p className="text-12 text-ink-3">{missing}</p>}
        {report.error && (
          <Notice tone="danger" live>
            {report.error.message}
          </Notice>
        )}
      </div>
    </Dialog>
  );
}
