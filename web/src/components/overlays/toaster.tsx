import { cx } from "class-variance-authority";
import { CircleAlert, X } from "lucide-react";
import { Toast } from "radix-ui";

import { buttonStyle } from "@/components/ui/button";
import { dismissToast, useToasts } from "@/components/ui/toast-store";
import { TOAST, TOAST_MS, TOAST_PLACE } from "@/components/ui/toast-style";

/** Radix pauses their time while the pointer or the focus is on one, or the window is in the background. F8 focuses them. */
export function Toaster() {
  const toasts = useToasts();
  return (
    <Toast.Provider duration={TOAST_MS} swipeDirection="down" label="Notification">
      {toasts.map(({ id, text, tone, actions }) => (
        <Toast.Root
          key={id}
          type={tone === "danger" ? "foreground" : "background"}
          onOpenChange={(open) => {
            if (!open) dismissToast(id);
          }}
          className={cx("float-in", TOAST)}
        >
          {tone === "danger" && (
            <CircleAlert aria-hidden size={18} strokeWidth={1.6} className="shrink-0 text-[#ff9c8e]" />
          )}
          <Toast.Description className="grow py-2">{text}</Toast.Description>
          {actions?.map(({ label, run }) => (
            <Toast.Action key={label} altText={label} onClick={run} className={buttonStyle({ variant: "glass" })}>
              {label}
            </Toast.Action>
          ))}
          <Toast.Close aria-label="Dismiss" className={buttonStyle({ variant: "glass", icon: true })}>
            <X aria-hidden size={15} strokeWidth={1.6} />
          </Toast.Close>
        </Toast.Root>
      ))}
      {/* Radix ignores pointer events on a toast until it has registered it, shortly after it is shown. */}
      <Toast.Viewport style={{ pointerEvents: "auto" }} className={cx("outline-none", TOAST_PLACE)} />
    </Toast.Provider>
  );
}
