import type { CSSProperties } from "react";

interface MeterProps {
  label: string;
  used: number;
  /** Held for what is running: neither used nor left. */
  held: number;
  limit: number;
  /** Numbers under the cells. */
  ticks?: boolean;
  className?: string;
}

const CELLS = 10;

/** A scale bar of ten cells: ink for used, hatched canary for held, empty for left. Put the numbers beside it. */
export function Meter({ label, used, held, limit, ticks = false, className }: MeterProps) {
  const perCell = limit / CELLS;
  const share = (amount: number, cell: number) =>
    perCell === 0 ? 100 : Math.min(100, Math.max(0, ((amount - cell * perCell) / perCell) * 100));
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuenow={used + held}
      aria-valuemin={0}
      aria-valuemax={limit}
      aria-valuetext={`${String(used)} used, ${String(held)} held, of ${String(limit)}`}
      className={className}
    >
      <div className="grid h-3.5 grid-cols-10 divide-x divide-ink overflow-hidden rounded-[2px] border border-ink">
        {Array.from({ length: CELLS }, (_, cell) => (
          <span
            key={cell}
            className="scale-cell"
            style={
              {
                "--used": `${String(share(used, cell))}%`,
                "--held": `${String(share(used + held, cell))}%`,
              } as CSSProperties
            }
          />
        ))}
      </div>
      {ticks && (
        <p aria-hidden className="flex justify-between pt-1.5 font-mono text-11 text-ink-3">
          {[0, 0.25, 0.5, 0.75, 1].map((part) => (
            <span key={part}>{Math.round(limit * part)}</span>
          ))}
        </p>
      )}
    </div>
  );
}
