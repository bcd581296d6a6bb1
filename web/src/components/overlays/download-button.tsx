import { ChevronDown, Download } from "lucide-react";
import { useState } from "react";

import { Button, type ButtonProps } from "@/components/ui/button";
import { GroupField } from "@/components/ui/field";
import { Segmented } from "@/components/ui/segmented";
import { PICTURE_FORMATS, setPreferences, usePreferences, type PictureFormat } from "@/lib/preferences";
import { useShortcuts } from "@/lib/shortcuts";

import { Popover } from "./popover";

interface DownloadButtonProps extends Pick<ButtonProps, "variant" | "blocked"> {
  /** The one picture that is downloaded, as it is stored; null for several. */
  stored: { mime: string; bytes: number } | null;
  /** Downloads in the format of the preferences. */
  onDownload: () => void;
  /** Where its keys work; without one it has none. */
  scope?: "page" | "viewer";
  /** A label that is left out where there is little space. */
  labelClassName?: string;
  className?: string;
}

const NAMES: Record<PictureFormat, string> = { webp: "WebP", jpeg: "JPEG", png: "PNG" };
const OPTIONS = PICTURE_FORMATS.map((value) => ({ value, label: NAMES[value] }));
const ICON = { "aria-hidden": true, size: 15, strokeWidth: 1.6 } as const;

/** Downloads in the format that was chosen last, with a menu of formats beside it. */
export function DownloadButton({
  stored,
  onDownload,
  scope,
  variant = "line",
  blocked = false,
  labelClassName,
  className = "",
}: DownloadButtonProps) {
  const [open, setOpen] = useState(false);
  const { format } = usePreferences();
  const shown = format ?? PICTURE_FORMATS.find((each) => stored?.mime === `image/${each}`) ?? null;
  return (
    <span className={`flex min-w-0 ${className}`}>
      {scope && <DownloadKeys scope={scope} onDownload={onDownload} onMenu={() => setOpen(true)} />}
      <Button
        variant={variant}
        blocked={blocked}
        title="Download"
        className="min-w-0 shrink grow rounded-r-none max-tablet:px-2"
        onClick={onDownload}
      >
        <Download {...ICON} />
        <span className={labelClassName}>Download</span>
      </Button>
      <Popover
        label="Format of downloads"
        open={open}
        onOpenChange={setOpen}
        align="end"
        className="w-72 p-3"
        trigger={
          <Button
            variant={variant}
            aria-label={shown ? `Format: ${NAMES[shown]}` : "Format"}
            title="Format"
            className="w-8 rounded-l-none border-l-0 px-0 touch:w-11"
          >
            <ChevronDown {...ICON} />
          </Button>
        }
      >
        <div className="grid gap-3">
          <GroupField label="Format">
            {(labelId) => (
              <Segmented
                aria-labelledby={labelId}
                options={OPTIONS}
                value={shown ?? ""}
                onChange={(next) => next && setPreferences({ format: next })}
              />
            )}
          </GroupField>
          <Button
            variant="ink"
            blocked={blocked}
            className="h-10 justify-between"
            onClick={() => {
              setOpen(false);
              onDownload();
            }}
          >
            {shown ? `Download ${NAMES[shown]} ` : "Download"}
            {stored?.mime === `image/${shown ?? ""}` && <span className="num font-normal">{size(stored.bytes)}</span>}
          </Button>
          <p className="text-12 text-ink-3">
            {shown === "jpeg" && stored?.mime !== "image/jpeg" && "JPEG has no transparency: it becomes white. "}
            Kept on this device for next time.
          </p>
        </div>
      </Popover>
    </span>
  );
}

function DownloadKeys({
  scope,
  onDownload,
  onMenu,
}: Required<Pick<DownloadButtonProps, "scope" | "onDownload">> & { onMenu: () => void }) {
  useShortcuts(
    scope === "viewer" ? "Viewer" : "Render",
    [
      { keys: "d", label: "Download", run: onDownload },
      { keys: "Shift+D", label: "Format of downloads", run: onMenu },
    ],
    scope,
  );
  return null;
}

/** "0.9 MB": a MB is 2²⁰ bytes, as in the limits. */
function size(bytes: number): string {
  return `${Math.max(0.1, bytes / 2 ** 20).toFixed(1)} MB`;
}
