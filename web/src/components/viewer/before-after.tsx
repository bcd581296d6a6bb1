import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";

interface BeforeAfterProps {
  before: string;
  /** The zoom factor of the whole; the divider keeps its own size. */
  scale: number;
  /** The picture with its layout; the photo covers its left part. */
  children: ReactNode;
}

const LABEL = "pointer-events-none absolute bottom-3 rounded-xs bg-glass px-2 py-0.5 text-12 font-medium text-on-glass";

/** Two states of one view with a divider: drag it, or use arrow keys for 1 %, with Shift for 10 %. */
export function BeforeAfter({ before, scale, children }: BeforeAfterProps) {
  const [percent, setPercent] = useState(50);
  const frame = useRef<HTMLDivElement>(null);

  const drag = (event: PointerEvent<HTMLElement>) => {
    event.stopPropagation();
    if (!frame.current || (event.type === "pointermove" && event.buttons === 0)) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const { left, width } = frame.current.getBoundingClientRect();
    setPercent(bounded(((event.clientX - left) / width) * 100));
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    const end = { Home: 0, End: 100 }[event.key];
    if (step === undefined && end === undefined) return;
    event.preventDefault();
    // Otherwise the viewer's own arrow keys would change the variant.
    event.stopPropagation();
    setPercent((now) => end ?? bounded(now + (step ?? 0) * (event.shiftKey ? 10 : 1)));
  };

  const position = `${Math.round(percent)}%`;
  return (
    <div ref={frame} className="relative size-full overflow-hidden">
      {children}
      <img
        src={before}
        alt="Before"
        draggable={false}
        className="absolute inset-0 size-full object-cover"
        style={{ clipPath: `inset(0 calc(100% - ${position}) 0 0)` }}
      />
      {scale === 1 && (
        <>
          <span className={`${LABEL} left-3`}>Before</span>
          <span className={`${LABEL} right-3`}>After</span>
        </>
      )}
      <div
        role="slider"
        tabIndex={0}
        aria-label="Show more of the photo before"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(percent)}
        aria-valuetext={`${Math.round(percent)} percent before`}
        onPointerDown={drag}
        onPointerMove={drag}
        onKeyDown={key}
        className="group absolute inset-y-0 -translate-x-1/2 cursor-ew-resize touch-pan-y outline-none"
        style={{ left: position, width: 44 / scale }}
      >
        <span
          className="absolute inset-y-0 left-1/2 -translate-x-1/2 bg-[#fff] shadow-[0_0_0_0.5px_#0006]"
          style={{ width: 2 / scale }}
        />
        <span
          className="absolute top-1/2 left-1/2 flex h-11 w-5.5 -translate-1/2 items-center justify-center gap-1 rounded-sm bg-[#fff] shadow-[0_1px_6px_#0006] group-focus-visible:outline-2 group-focus-visible:outline-offset-2 group-focus-visible:outline-[#161614]"
          style={{ scale: 1 / scale }}
        >
          <span className="h-4 w-px bg-[#161614]" />
          <span className="h-4 w-px bg-[#161614]" />
        </span>
      </div>
    </div>
  );
}

function bounded(percent: number): number {
  return Math.min(100, Math.max(0, percent));
}
