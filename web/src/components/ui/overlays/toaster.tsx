import { CircleAlert, X } from "lucide-react";
import { Toast } from "radix-ui";

import { buttonStyle } from "../button";
import { dismissToast, useToasts } from "../toast-store";

/** Shown for 8 s; Radix pauses while the pointer or the focus is on it, or the window is in the background. */
const DURATION_MS = 8000;

/** Where toasts appear: bottom centre, above the tabs and above a bar that stays there. F8 focuses it. */
export function Toaster() {
  const toasts = useToasts();
  return (
    <Toast.Provider duration={DURATION_MS} swipeDirection="down" label="Notification">
      {toasts.map(({ id, text, tone, actions }) => (
        <Toast.Root
          key={id}
          type={tone === "danger" ? "foreground" : "background"}
          onOpenChange={(open) => {
            if (!open) dismissToast(id);
          }}
          className="float-in flex min-h-11 items-center gap-3 rounded-md bg-float py-1 pr-1 pl-3.5 text-13 text-on-float shadow-2"
        >
          {tone === "danger" && <CircleAlert aria-hidden size={18} strokeWidth={1.6} className="shrink-0 text-[#ff9c8e]" />}
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
      <Toast.Viewport style={{ pointerEvents: "auto" }} className="fixed bottom-[calc(var(--tabs)+var(--bar)+8px+env(safe-area-inset-bottom))] left-1/2 z-50 grid w-max max-w-[min(560px,calc(100vw-16px))] -translate-x-1/2 gap-2 outline-none tablet:bottom-[calc(var(--bar)+24px)]" />
    </Toast.Provider>
  );
}
