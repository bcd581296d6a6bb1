import { useEffect } from "react";

import { Button } from "./button";
import { dismissToast, useToasts, type ToastMessage } from "./toast-store";

const DURATION_MS = 8000;

/** Toasts for as long as the code of the Toaster is not there, or does not come: an error and an Undo must not wait for it. */
export function PlainToasts() {
  const toasts = useToasts();
  return (
    <div
      role="status"
      className="fixed bottom-[calc(var(--tabs)+var(--bar)+8px+env(safe-area-inset-bottom))] left-1/2 z-50 grid w-max max-w-[min(560px,calc(100vw-16px))] -translate-x-1/2 gap-2 tablet:bottom-[calc(var(--bar)+24px)]"
    >
      {toasts.map((message) => (
        <PlainToast key={message.id} {...message} />
      ))}
    </div>
  );
}

function PlainToast({ id, text, actions }: ToastMessage) {
  useEffect(() => {
    const timer = setTimeout(() => dismissToast(id), DURATION_MS);
    return () => clearTimeout(timer);
  }, [id]);
  return (
    <div className="flex min-h-11 items-center gap-3 rounded-md bg-float py-1 pr-1 pl-3.5 text-13 text-on-float shadow-2">
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
