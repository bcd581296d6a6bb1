import { useImperativeHandle, type ReactNode, type Ref, type RefObject } from "react";

/** Shared by panels that open at a button. */
export interface PanelProps {
  id: string;
  button: RefObject<HTMLElement | null>;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  side: "top" | "right" | "bottom" | "left";
  align: "start" | "center" | "end";
  /** Distance to the button in px. */
  offset: number;
  children: ReactNode;
}

/** As high as dialogs: one that opens in a dialog comes after it in the page, and so lies above it. */
export const PANEL_STYLE = "float-in z-40 rounded-md bg-raised shadow-2";

/** Represents a button that Radix does not render: Radix places the panel at it and returns the focus to it. */
export function Anchor({ button, ref }: { button: PanelProps["button"]; ref?: Ref<HTMLElement | null> }) {
  useImperativeHandle<HTMLElement | null, HTMLElement | null>(ref, () => button.current, [button]);
  return null;
}
