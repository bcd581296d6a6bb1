/** Everything that Radix draws over a page, in one file that is loaded after the page. */
export { PictureViewerPanel } from "@/components/viewer/picture-viewer-panel";

export { DialogPanel } from "./dialog-panel";
export { Layers } from "./layers";
export { MenuItem, MenuLabel, MenuPanel, MenuSeparator } from "./menu-panel";
export { PopoverPanel } from "./popover-panel";
