import { X, ZoomIn, ZoomOut } from "lucide-react";
import { Dialog } from "radix-ui";
import { useId, useState, type ReactNode } from "react";

import { IconButton } from "@/components/ui/icon-button";
import { useShortcuts } from "@/lib/shortcuts";
import { useDialogFocus } from "@/lib/use-dialog-focus";

import { ModeSwitch, type Mode } from "./mode-switch";
import { FIT } from "./zoom";
import { useStage, ZoomStage } from "./zoom-stage";

export interface ViewerPicture {
  id: string;
  src: string;
  thumbnail: string;
  alt: string;
  width: number;
  height: number;
  /** A text on its thumbnail: "Cover". */
  mark?: string;
}

export interface PictureViewerProps {
  title: string;
  pictures: readonly ViewerPicture[];
  index: number;
  onIndexChange: (index: number) => void;
  /** The name of one of them. */
  noun?: "Variant" | "Picture";
  /** The photo it was made from. */
  before: string | null;
  /** Buttons for the picture that is shown. */
  actions: ReactNode;
  onClose: () => void;
}

/** A picture over the whole window: zoom, pan, the other variants, and the photo it was made from behind a divider. */
export function PictureViewerPanel({
  title,
  pictures,
  index,
  onIndexChange,
  noun = "Variant",
  before,
  actions,
  onClose,
}: PictureViewerProps) {
  const [mode, setMode] = useState<Mode>("result");
  const modeLabel = useId();
  const picture = pictures[index];
  const focus = useDialogFocus();

  const [view, setView] = useState(FIT);
  const stage = useStage(picture, view, setView);
  const { zoomed, zoomIn, zoomOut, reset } = stage;

  const show = (next: number) => {
    if (pictures[next]) onIndexChange(next);
  };
  useShortcuts(
    "Viewer",
    [
      { keys: "ArrowLeft", label: `Previous ${noun.toLowerCase()}`, run: () => show(index - 1) },
      { keys: "ArrowRight", label: `Next ${noun.toLowerCase()}`, run: () => show(index + 1) },
      { keys: "[Shift]++", label: "Zoom in", run: zoomIn },
      { keys: "-", label: "Zoom out", run: zoomOut },
      { keys: "0", label: "Whole picture", run: reset },
      ...(before === null
        ? []
        : [{ keys: "b", label: "Before and after", run: () => setMode(mode === "result" ? "compare" : "result") }]),
    ],
    "viewer",
  );
  if (!picture) return null;

  return (
    <Dialog.Root
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Dialog.Portal>
        <Dialog.Content
          {...focus}
          data-viewer
          aria-describedby={undefined}
          className="fade-in fixed inset-0 z-40 flex flex-col bg-stage outline-none"
        >
          <header className="flex min-h-14 items-center gap-2 px-3 py-1.5 tablet:px-4">
            <div className="min-w-0 grow basis-0">
              <Dialog.Title className="truncate text-15 font-semibold">{title}</Dialog.Title>
              <p className="text-12 text-ink-2">
                {noun} {index + 1} of {pictures.length},{" "}
                <span className="num">{`${picture.width} × ${picture.height}`}</span>
              </p>
            </div>
            {before !== null && (
              <div className="max-tablet:hidden">
                <span id={modeLabel} className="sr-only">
                  View
                </span>
                <ModeSwitch labelledBy={modeLabel} mode={mode} onChange={setMode} />
              </div>
            )}
            <div className="flex grow basis-0 justify-end gap-1">
              <IconButton label="Zoom out" shortcut="−" variant="ghost" blocked={!zoomed} onClick={zoomOut}>
                <ZoomOut aria-hidden size={18} strokeWidth={1.6} />
              </IconButton>
              <IconButton label="Zoom in" shortcut="+" variant="ghost" onClick={zoomIn}>
                <ZoomIn aria-hidden size={18} strokeWidth={1.6} />
              </IconButton>
              <Dialog.Close asChild>
                <IconButton label="Close" shortcut="Esc" variant="ghost">
                  <X aria-hidden size={18} strokeWidth={1.6} />
                </IconButton>
              </Dialog.Close>
            </div>
          </header>

          <div className="min-h-0 grow tablet:px-7">
            <ZoomStage stage={stage} before={mode === "compare" ? before : null} className="size-full" />
          </div>

          <footer className="grid gap-2.5 px-3 pt-2.5 pb-[calc(12px+env(safe-area-inset-bottom))] tablet:grid-cols-[minmax(11rem,1fr)_minmax(0,auto)] tablet:items-center tablet:gap-x-5 tablet:px-7 tablet:pb-4">
            {pictures.length > 1 && <Strip noun={noun} pictures={pictures} index={index} onSelect={show} />}
            <div className="flex flex-wrap items-center gap-2 max-tablet:*:grow tablet:col-start-2 tablet:justify-end">
              {before !== null && (
                <div className="w-full tablet:hidden">
                  <ModeSwitch labelledBy={modeLabel} mode={mode} onChange={setMode} />
                </div>
              )}
              {actions}
            </div>
          </footer>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface StripProps {
  noun: string;
  pictures: readonly ViewerPicture[];
  index: number;
  onSelect: (index: number) => void;
}

function Strip({ noun, pictures, index, onSelect }: StripProps) {
  return (
    <ul aria-label={`${noun}s`} className="no-scrollbar -m-1 flex gap-2 overflow-x-auto p-1">
      {pictures.map(({ id, thumbnail, width, height, mark }, at) => (
        <li key={id} className="shrink-0">
          <button
            type="button"
            aria-label={`${noun} ${at + 1}${mark ? `, ${mark}` : ""}`}
            aria-current={at === index || undefined}
            onClick={() => onSelect(at)}
            className="relative block rounded-pic aria-[current=true]:outline-2 aria-[current=true]:outline-offset-2 aria-[current=true]:outline-ink"
          >
            <img src={thumbnail} alt="" width={width} height={height} className="h-14 w-auto rounded-pic bg-canvas" />
            {mark && (
              <span
                aria-hidden
                className="absolute bottom-0.5 left-0.5 rounded-xs bg-glass px-0.5 text-11 text-on-glass"
              >
                {mark}
              </span>
            )}
          </button>
        </li>
      ))}
    </ul>
  );
}
