import { Link } from "@tanstack/react-router";
import { cx } from "class-variance-authority";
import { Check, Heart } from "lucide-react";
import { memo, useEffect, useRef, type FocusEvent, type KeyboardEvent, type MouseEvent } from "react";

import type { RenderCard } from "@/api/render-types";
import { Picture } from "@/components/picture/picture";

export type Step = "left" | "right" | "up" | "down" | "first" | "last";
const STEPS: Record<string, Step> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "first",
  End: "last",
};

export interface TileHandlers {
  onToggle: (index: number) => void;
  onExtend: (index: number) => void;
  onStep: (index: number, step: Step, extend: boolean) => void;
  /** Alt with an arrow key, where the order can be changed. */
  onPush: ((index: number, step: -1 | 1) => void) | null;
  onFocus: (index: number) => void;
  onBlur: () => void;
  /** Called when its picture fails to load. */
  onBroken: (id: string) => void;
}

interface RenderTileProps extends TileHandlers {
  card: RenderCard;
  /** The name of the list. */
  list: string;
  index: number;
  left: number;
  top: number;
  width: number;
  height: number;
  /** Whether Tab reaches this one. */
  active: boolean;
  /** Takes the focus now, after an arrow key. */
  focused: boolean;
  picked: boolean;
  /** Something is selected: a click selects too, instead of opening. */
  picking: boolean;
  eager: boolean;
  /** On the picture. Not an element: that would be another one at each drawing, and `memo` would be in vain. */
  note: string | number | null;
  /** Makes the tile draggable; returns a function that ends it. */
  attach: ((element: HTMLElement, card: RenderCard) => () => void) | null;
}

const MARK = "absolute grid size-8 place-items-center touch:size-11";

/** A mark for the place of a dragged render: beside the tile that has data-edge. */
const DROP_LINE = [
  "before:pointer-events-none before:absolute before:inset-y-0 before:w-1 before:rounded-full before:bg-canary before:ring-1 before:ring-on-canary",
  "not-data-edge:before:hidden data-[edge=left]:before:-left-1.5 data-[edge=right]:before:-right-1.5 data-dragged:opacity-40",
];

/** A render in a grid. It can be opened, selected, reached with arrow keys and, where possible, dragged. */
export const RenderTile = memo(function RenderTile(props: RenderTileProps) {
  const { card, index, active, focused, picked, picking, note, attach, onToggle, onExtend } = props;
  const link = useRef<HTMLAnchorElement>(null);
  const tile = useRef<HTMLLIElement>(null);

  useEffect(() => {
    if (focused && !tile.current?.contains(document.activeElement)) link.current?.focus({ preventScroll: true });
  }, [focused]);
  useEffect(() => {
    if (attach && tile.current) return attach(tile.current, card);
  }, [attach, card]);

  const click = (event: MouseEvent) => {
    if (event.shiftKey) onExtend(index);
    else if (event.metaKey || event.ctrlKey || picking) onToggle(index);
    else return;
    event.preventDefault();
  };
  const key = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (event.key === " ") onToggle(index);
    else if (step && event.altKey && props.onPush) {
      if (step === "left" || step === "up") props.onPush(index, -1);
      if (step === "right" || step === "down") props.onPush(index, 1);
    } else if (step && !event.altKey && !event.metaKey && !event.ctrlKey) props.onStep(index, step, event.shiftKey);
    else return;
    event.preventDefault();
  };

  /** The link and the checkbox both belong to this tile. */
  const focus = {
    onFocus: () => props.onFocus(index),
    onBlur: ({ relatedTarget }: FocusEvent) => {
      if (!tile.current?.contains(relatedTarget)) props.onBlur();
    },
  };
  const { cover, title } = card;
  return (
    <li
      ref={tile}
      className={cx("group absolute rounded-pic", DROP_LINE, picked && "outline-2 outline-offset-2 outline-ink")}
      style={{ left: props.left, top: props.top, width: props.width, height: props.height }}
    >
      <Link
        ref={link}
        to="/dashboard/renders/$renderId"
        params={{ renderId: card.id }}
        state={{ backTo: props.list }}
        aria-label={title}
        tabIndex={active ? 0 : -1}
        draggable={false}
        onClick={click}
        onKeyDown={key}
        {...focus}
        className="block size-full rounded-pic"
      >
        {cover?.thumbnail_url ? (
          <Picture
            src={cover.thumbnail_url}
            alt=""
            width={cover.width}
            height={cover.height}
            placeholder={cover.placeholder}
            eager={props.eager}
            onBroken={() => props.onBroken(card.id)}
            className="size-full"
          />
        ) : (
          <span className="grid size-full place-items-center rounded-pic bg-sunken p-3 text-center text-12 text-ink-3">
            {card.is_taken_down ? "Taken down" : "No picture"}
          </span>
        )}
      </Link>
      <button
        type="button"
        role="checkbox"
        aria-checked={picked}
        aria-label={`Select ${title}`}
        tabIndex={active ? 0 : -1}
        {...focus}
        onClick={(event) => (event.shiftKey ? onExtend(index) : onToggle(index))}
        className={cx(
          MARK,
          "top-1 left-1 transition-opacity",
          !picked &&
            !picking &&
            "pointer-fine:opacity-0 pointer-fine:group-hover:opacity-100 pointer-fine:group-focus-within:opacity-100",
        )}
      >
        <span
          className={cx(
            "grid size-6 place-items-center rounded-[5px] border-[1.5px]",
            picked ? "border-on-canary bg-canary text-on-canary" : "border-on-glass bg-[#0b0b0a73]",
          )}
        >
          {picked && <Check aria-hidden size={15} strokeWidth={2} />}
        </span>
      </button>
      {card.is_favorite && (
        <span
          role="img"
          aria-label="In My Favorites"
          className="pointer-events-none absolute top-2.5 right-2.5 text-on-glass drop-shadow-[0_1px_3px_#0009]"
        >
          <Heart aria-hidden size={18} strokeWidth={1.6} fill="currentColor" />
        </span>
      )}
      {note !== null && (
        <span
          className={cx(
            "pointer-events-none absolute bottom-2 left-2 rounded-xs bg-glass px-1.5 text-11 font-medium whitespace-nowrap text-on-glass",
            typeof note === "number" && "num",
          )}
        >
          {note}
        </span>
      )}
    </li>
  );
});
