import { Gauge, Wand, type LucideIcon } from "lucide-react";

interface Page {
  to: "/dashboard/create" | "/dashboard/usage";
  label: string;
  icon: LucideIcon;
  /** Pressed after G. */
  key: string;
}

/** The pages of the rail and the tabs, in this order. */
export const PAGES: readonly Page[] = [
  { to: "/dashboard/create", label: "Create", icon: Wand, key: "c" },
  { to: "/dashboard/usage", label: "Usage", icon: Gauge, key: "u" },
];
