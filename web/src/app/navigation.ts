import { Wand, type LucideIcon } from "lucide-react";

interface Page {
  to: "/dashboard/create";
  label: string;
  icon: LucideIcon;
  /** Pressed after G. */
  key: string;
}

/** The pages of the rail and the tabs, in this order. */
export const PAGES: readonly Page[] = [{ to: "/dashboard/create", label: "Create", icon: Wand, key: "c" }];
