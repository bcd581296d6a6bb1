import { Toaster } from "./toaster";
import { Tooltips } from "./tooltips";

/** Layers over every page. */
export function Layers() {
  return (
    <>
      <Toaster />
      <Tooltips />
    </>
  );
}
