import { Check, Copy } from "lucide-react";
import { useState } from "react";

import { useTurnOffShare, type ShareLink } from "@/api/shares";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/overlays/dialog";
import { toast } from "@/components/ui/toast-store";
import { dayAndMonth } from "@/lib/dates";

/** A link with its details, and buttons to copy it or turn it off. */
export function ShareLinkRow({ link, title }: { link: ShareLink; title?: string }) {
  const turnOff = useTurnOffShare();
  const [asking, setAsking] = useState(false);
  const confirm = () => {
    turnOff.mutate(link.id, {
      onSuccess: () => {
        toast("The link is off.");
      },
      onError: ({ message }) => {
        setAsking(false);
        toast(message, { tone: "danger" });
      },
    });
  };
  return (
    <li className="grid gap-2 border-t border-line py-3 first:border-t-0">
      {title && <p className="truncate text-13 font-medium">{title}</p>}
      <p className="num truncate text-12 text-ink-2">
        {link.url ?? "This link opens, but can no longer be shown here."}
      </p>
      <div className="flex flex-wrap items-center gap-2">
        <p className="grow text-12 text-ink-3 max-tablet:basis-full">{stateOf(link)}</p>
        {link.url && !link.taken_down_at && <CopyButton url={link.url} />}
        <Button
          variant="danger"
          size="sm"
          onClick={() => {
            setAsking(true);
          }}
        >
          Turn off
        </Button>
      </div>
      {asking && (
        <Dialog
          open
          onOpenChange={setAsking}
          title="Turn off this link?"
          description="Whoever has it sees nothing from then on. It can't be turned on again; you can create a new one."
          footer={
            <>
              <Button
                onClick={() => {
                  setAsking(false);
                }}
              >
                Cancel
              </Button>
              <Button variant="ink" onClick={confirm} blocked={turnOff.isPending}>
                Turn off link
              </Button>
            </>
          }
        />
      )}
    </li>
  );
}

function CopyButton({ url }: { url: string }) {
  const [copied, setCopied] = useState(false);
  const Icon = copied ? Check : Copy;
  return (
    <Button
      size="sm"
      onClick={() => {
        navigator.clipboard.writeText(url).then(
          () => {
            setCopied(true);
          },
          () => {
            toast("Copying is not allowed here. Select the link and copy it by hand.", { tone: "danger" });
          },
        );
      }}
    >
      <Icon aria-hidden size={15} strokeWidth={1.6} />
      {copied ? "Copied" : "Copy link"}
    </Button>
  );
}

function stateOf({
  taken_down_at: takenDown,
  expires_at: expires,
  include_settings: settings,
  created_at: made,
}: ShareLink) {
  if (takenDown) return "Taken down after a report";
  const end = expires === null ? "no end" : new Date(expires) <= new Date() ? "ended" : `until ${dayAndMonth(expires)}`;
  return `Made ${dayAndMonth(made)}, ${end}, ${settings ? "with" : "without"} settings`;
}
