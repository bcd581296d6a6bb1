/** Whatever is drawn over a page with Radix, in one file that comes after the page. */
export { PictureViewerPanel } from "@/components/viewer/picture-viewer-panel";

export { DialogPanel } from "./dialog-panel";
export { Layers } from "./layers";
export { MenuItem, MenuLabel, MenuPanel, MenuSeparator } from "./menu-panel";
export { PopoverPanel } from "./popover-panel";
