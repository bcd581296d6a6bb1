import { cx } from "class-variance-authority";
import { Ban, CircleAlert, ShieldAlert } from "lucide-react";
import { useMemo, type CSSProperties, type ReactNode } from "react";

import { Button } from "@/components/ui/button";
import { DimensionLine } from "@/components/ui/dimension-line";
import { placeholderUrl } from "@/lib/placeholder";

import { Picture } from "./picture";

export type VariantState =
  | { status: "queued" }
  | { status: "processing"; percent: number }
  | { status: "done"; src: string; alt: string; onOpen: () => void; actions: ReactNode }
  | { status: "failed" | "canceled"; reason: string; onRetry: () => void }
  | { status: "blocked"; reason: string; onEditPrompt: () => void }
  | { status: "taken-down"; reason: string };

interface VariantTileProps {
  /** 1 for the first. */
  number: number;
  width: number;
  height: number;
  /** ThumbHash, base64: of the variant, or of the photo it is made from. */
  placeholder?: string | null;
  /** A picture to blur behind a variant that is being made, where there is no placeholder. */
  backdrop?: string;
  /** The cover of its render, or selected. */
  selected?: boolean;
  state: VariantState;
}

const FAILED = <CircleAlert aria-hidden size={18} strokeWidth={1.6} className="text-danger" />;
const CANCELED = <Ban aria-hidden size={18} strokeWidth={1.6} className="text-ink-3" />;
const BLOCKED = <ShieldAlert aria-hidden size={18} strokeWidth={1.6} className="text-warn" />;

/** One variant in its own ratio, in each state from waiting to done. */
export function VariantTile({
  number,
  width,
  height,
  placeholder,
  backdrop,
  selected = false,
  state,
}: VariantTileProps) {
  const ratio = { aspectRatio: `${String(width)} / ${String(height)}` };
  const frame = cx(
    "group relative isolate overflow-hidden rounded-pic bg-stage",
    selected && "outline-2 outline-offset-2 outline-ink",
  );
  switch (state.status) {
    case "queued":
    case "processing":
      return <Pending {...{ frame, ratio, number, placeholder, backdrop, state }} />;
    case "failed":
    case "canceled":
      return (
        <Refusal icon={state.status === "failed" ? FAILED : CANCELED} ratio={ratio} reason={state.reason}>
          <Button size="sm" onClick={state.onRetry}>
            Try again
          </Button>
        </Refusal>
      );
    case "blocked":
      return (
        <Refusal icon={BLOCKED} ratio={ratio} reason={state.reason}>
          <Button size="sm" onClick={state.onEditPrompt}>
            Edit prompt
          </Button>
        </Refusal>
      );
    case "taken-down":
      return <Refusal icon={BLOCKED} ratio={ratio} reason={state.reason} />;
    case "done":
      return (
        <div className={frame}>
          <button
            type="button"
            onClick={state.onOpen}
            aria-label={`Open variant ${String(number)}`}
            className="block w-full"
          >
            <Picture
              src={state.src}
              alt={state.alt}
              width={width}
              height={height}
              placeholder={placeholder ?? null}
              eager
            />
          </button>
          <span
            aria-hidden
            className="num absolute top-2.5 left-2.5 rounded-xs bg-glass px-1.5 text-11 font-medium text-on-glass"
          >
            {number}
          </span>
          <div
            className={cx(
              "on-glass absolute right-2.5 bottom-2.5 flex gap-0.5 rounded-sm bg-glass p-[3px] text-on-glass",
              "transition-opacity pointer-fine:opacity-0 pointer-fine:group-focus-within:opacity-100 pointer-fine:group-hover:opacity-100",
            )}
          >
            {state.actions}
          </div>
        </div>
      );
  }
}

interface PendingProps {
  frame: string;
  ratio: CSSProperties;
  number: number;
  placeholder: string | null | undefined;
  backdrop: string | undefined;
  state: { status: "queued" } | { status: "processing"; percent: number };
}

function Pending({ frame, ratio, number, placeholder, backdrop, state }: PendingProps) {
  const blurred = useMemo(() => placeholderUrl(placeholder) ?? backdrop, [placeholder, backdrop]);
  const running = state.status === "processing";
  const ready = running && state.percent === 100;
  const name = `Variant ${String(number)}, ${running ? `${String(state.percent)} percent` : "waiting"}`;
  return (
    <div role="img" aria-label={name} className={cx(frame, running && "crop-marks")} style={ratio}>
      {blurred && (
        <img src={blurred} alt="" className="size-full scale-115 object-cover opacity-85 blur-[22px] saturate-70" />
      )}
      <div className="on-glass absolute inset-x-3 bottom-3 grid gap-1.5 rounded-sm bg-glass px-3 pt-2 pb-2.5 text-12 font-medium text-on-glass tablet:inset-x-5.5 tablet:bottom-5.5">
        <div className="flex justify-between gap-2">
          <span className="truncate">
            {ready ? "Saving" : running ? "Rendering" : "Waiting"}
            {running && <span className="max-tablet:hidden"> variant {number}</span>}
          </span>
          {running && <span className="num">{state.percent} %</span>}
        </div>
        {running && <DimensionLine percent={state.percent} />}
      </div>
    </div>
  );
}

function Refusal({
  icon,
  ratio,
  reason,
  children,
}: {
  icon: ReactNode;
  ratio: CSSProperties;
  reason: string;
  children?: ReactNode;
}) {
  return (
    <div
      className="grid place-content-center justify-items-center gap-3 rounded-pic bg-sunken p-4 text-center"
      style={ratio}
    >
      {icon}
      <p className="max-w-72 text-13 text-ink-2">{reason}</p>
      {children}
    </div>
  );
}
