import { Toaster } from "./toaster";
import { Tooltips } from "./tooltips";

/** Layers over every page. `toasts`: whether they are shown here. */
export function Layers({ toasts }: { toasts: boolean }) {
  return (
    <>
      {toasts && <Toaster />}
      <Tooltips />
    </>
  );
}
