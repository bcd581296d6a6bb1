import { cx } from "class-variance-authority";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";

import { useBackCloses } from "@/lib/back-closes";
import { useDialogFocus } from "@/lib/use-dialog-focus";
import { useDragToClose } from "@/lib/use-drag-to-close";

import { IconButton } from "@/components/ui/icon-button";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** One sentence under the title. */
  description?: ReactNode;
  /** Buttons at the bottom, always visible. */
  footer?: ReactNode;
  size?: "sm" | "md" | "lg";
  children?: ReactNode;
}

const WIDTHS = { sm: "tablet:w-[400px]", md: "tablet:w-[560px]", lg: "tablet:w-[920px]" };

/** A dialog from 720 px; below that a sheet of full width that can be dragged down. */
export function DialogPanel({ open, onOpenChange, title, description, footer, size = "sm", children }: DialogProps) {
  const { sheet, handle } = useDragToClose(() => {
    onOpenChange(false);
  });
  const focus = useDialogFocus();
  useBackCloses(open, () => {
    onOpenChange(false);
  });
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fade-in fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          {...(!description && { "aria-describedby": undefined })}
          ref={sheet}
          {...focus}
          className={cx(
            "fixed z-40 flex flex-col bg-raised shadow-2 outline-none",
            "inset-x-0 bottom-0 max-h-[90dvh] rounded-t-lg pb-[env(safe-area-inset-bottom)] max-tablet:sheet-in",
            "tablet:inset-auto tablet:top-1/2 tablet:left-1/2 tablet:max-h-[calc(100dvh-64px)] tablet:max-w-[calc(100vw-48px)]",
            "tablet:-translate-1/2 tablet:rounded-lg tablet:float-in",
            WIDTHS[size],
          )}
        >
          <header {...handle} className="flex shrink-0 touch-none items-start gap-3 px-5 pt-4 pb-3 tablet:touch-auto">
            <span
              aria-hidden
              className="absolute top-1.5 left-1/2 h-1 w-9 -translate-x-1/2 rounded-full bg-line-strong tablet:hidden"
            />
            <div className="min-w-0 grow pt-1 wrap-anywhere">
              <Radix.Title className="text-18 font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="pt-1 text-13 text-ink-2">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" variant="ghost" className="-mr-2">
                <X aria-hidden size={18} strokeWidth={1.6} />
              </IconButton>
            </Radix.Close>
          </header>
          {children && <div className="min-h-0 grow overflow-y-auto overscroll-contain px-5 pb-5">{children}</div>}
          {footer && (
            <footer className="flex shrink-0 flex-wrap justify-end gap-2 border-t border-line px-5 py-3 max-tablet:*:grow">
              {footer}
            </footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
