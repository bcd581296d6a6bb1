import { cx } from "class-variance-authority";
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

const TONES = {
  info: { icon: Info, className: "text-ink-2" },
  ok: { icon: CircleCheck, className: "text-ok" },
  warn: { icon: TriangleAlert, className: "text-warn" },
  danger: { icon: CircleAlert, className: "text-danger" },
};

interface NoticeProps {
  tone?: keyof typeof TONES;
  /** Announced by screen readers when it appears, as the answer to an action. */
  live?: boolean;
  className?: string;
  children: ReactNode;
}

/** A sentence about the current state, with an icon, so that colour is not the only sign. */
export function Notice({ tone = "info", live = false, className, children }: NoticeProps) {
  const { icon: Icon, className: colour } = TONES[tone];
  return (
    <div
      role={live ? (tone === "danger" ? "alert" : "status") : undefined}
      className={cx("flex gap-2.5 rounded-sm border border-line bg-surface px-3 py-2.5 text-13", className)}
    >
      <Icon aria-hidden size={18} strokeWidth={1.6} className={cx("mt-px shrink-0", colour)} />
      <div className="min-w-0 grow">{children}</div>
    </div>
  );
}
