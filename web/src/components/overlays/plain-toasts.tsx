import { useEffect } from "react";

import { Button } from "@/components/ui/button";
import { dismissToast, useToasts, type ToastMessage } from "@/components/ui/toast-store";
import { TOAST, TOAST_MS, TOAST_PLACE } from "@/components/ui/toast-style";

/** Toasts for as long as the code of the Toaster is not there, or does not come: an error and an Undo must not wait for it. */
export function PlainToasts() {
  const toasts = useToasts();
  return (
    <div role="status" className={TOAST_PLACE}>
      {toasts.map((message) => (
        <PlainToast key={message.id} {...message} />
      ))}
    </div>
  );
}

function PlainToast({ id, text, actions }: ToastMessage) {
  useEffect(() => {
    const timer = setTimeout(() => dismissToast(id), TOAST_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return (
    <div className={TOAST}>
      <p className="grow py-2">{text}</p>
      {actions?.map(({ label, run }) => (
        <Button
          key={label}
          variant="glass"
          onClick={() => {
            run();
            dismissToast(id);
          }}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}
