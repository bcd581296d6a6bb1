import { Folder, Gauge, Images, Telescope, Wand, type LucideIcon } from "lucide-react";

interface Page {
  to: "/dashboard/create" | "/dashboard/renders" | "/dashboard/collections" | "/dashboard/usage" | "/community";
  label: string;
  icon: LucideIcon;
  /** The key after G. */
  key: string;
}

/** The pages of the rail and the tabs, in this order. */
export const PAGES: readonly Page[] = [
  { to: "/dashboard/create", label: "Create", icon: Wand, key: "c" },
  { to: "/dashboard/renders", label: "Renders", icon: Images, key: "r" },
  { to: "/dashboard/collections", label: "Collections", icon: Folder, key: "l" },
  { to: "/community", label: "Community", icon: Telescope, key: "m" },
  { to: "/dashboard/usage", label: "Usage", icon: Gauge, key: "u" },
];
