import { Toaster } from "./toaster";
import { Tooltips } from "./tooltips";

/** What lies over every page. */
export function Layers() {
  return (
    <>
      <Toaster />
      <Tooltips />
    </>
  );
}
