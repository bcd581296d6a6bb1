import { Link } from "@tanstack/react-router";
import { Keyboard, Link2, LogOut, Settings } from "lucide-react";

import { leave } from "@/auth/leave";
import { useUser } from "@/auth/session";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/components/overlays/menu";

import { openKeyboardHelp } from "./keyboard-help-store";

/** Account, settings and sign-out. */
export function AccountMenu({ side }: { side: "right" | "bottom" }) {
  const { email } = useUser();
  const initials = email.slice(0, 2);
  return (
    <Menu
      side={side}
      align="end"
      offset={side === "right" ? 20 : 6}
      trigger={
        <button
          type="button"
          aria-label={`Account ${initials}`}
          className="relative grid size-8 place-items-center rounded-full bg-ink text-12 font-semibold text-canvas uppercase before:absolute before:-inset-1.5"
        >
          {initials}
        </button>
      }
    >
      <MenuLabel>{email}</MenuLabel>
      <MenuItem asChild>
        <Link to="/dashboard/account">
          <Settings aria-hidden size={18} strokeWidth={1.6} />
          Account settings
        </Link>
      </MenuItem>
      <MenuItem asChild>
        <Link to="/dashboard/links">
          <Link2 aria-hidden size={18} strokeWidth={1.6} />
          Shared links
        </Link>
      </MenuItem>
      <MenuItem icon={<Keyboard aria-hidden size={18} strokeWidth={1.6} />} onSelect={openKeyboardHelp}>
        Keyboard shortcuts
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<LogOut aria-hidden size={18} strokeWidth={1.6} />} onSelect={leave}>
        Sign out
      </MenuItem>
    </Menu>
  );
}
