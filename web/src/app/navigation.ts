import { Gauge, Telescope, Wand, type LucideIcon } from "lucide-react";

interface Page {
  to: "/dashboard/create" | "/dashboard/usage" | "/community";
  label: string;
  icon: LucideIcon;
  /** Pressed after G. */
  key: string;
}

/** The pages of the rail and the tabs, in this order. */
export const PAGES: readonly Page[] = [
  { to: "/dashboard/create", label: "Create", icon: Wand, key: "c" },
  { to: "/community", label: "Community", icon: Telescope, key: "m" },
  { to: "/dashboard/usage", label: "Usage", icon: Gauge, key: "u" },
];
