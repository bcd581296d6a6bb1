import { cx } from "class-variance-authority";
import type { CSSProperties, ReactNode } from "react";

import { grouped } from "@/lib/numbers";

interface MeterProps {
  label: string;
  /** As the API counts: held credits included. */
  used: number;
  /** Held for the generation in flight. */
  held: number;
  limit: number;
}

const CELLS = 10;

/** A scale bar of ten cells: filled for spent, hatched for held, empty for left; with the numbers. */
export function Meter({ label, used, held, limit }: MeterProps) {
  const spent = used - held;
  const perCell = limit / CELLS;
  const share = (amount: number, cell: number) =>
    perCell === 0 ? 100 : Math.min(100, Math.max(0, ((amount - cell * perCell) / perCell) * 100));
  return (
    <>
      <div
        role="meter"
        aria-label={label}
        aria-valuenow={used}
        aria-valuemin={0}
        aria-valuemax={limit}
        aria-valuetext={`${grouped(spent)} used, ${grouped(held)} held, of ${grouped(limit)}`}
        className="grid h-3.5 grid-cols-10 divide-x divide-ink overflow-hidden rounded-[2px] border border-ink"
      >
        {Array.from({ length: CELLS }, (_, cell) => (
          <span
            key={cell}
            className="scale-cell"
            style={
              {
                "--used": `${String(share(spent, cell))}%`,
                "--held": `${String(share(used, cell))}%`,
              } as CSSProperties
            }
          />
        ))}
      </div>
      <p aria-hidden className="flex justify-between pt-1.5 font-mono text-11 text-ink-3">
        {[0, 0.25, 0.5, 0.75, 1].map((part) => (
          <span key={part}>{Math.round(limit * part)}</span>
        ))}
      </p>
      <ul className="flex flex-wrap gap-x-4 gap-y-1.5 pt-2 text-12 text-ink-2">
        <Key swatch="bg-ink">{grouped(spent)} used</Key>
        {held > 0 && <Key swatch="hatched">{grouped(held)} held for a running render</Key>}
      </ul>
    </>
  );
}

function Key({ swatch, children }: { swatch: string; children: ReactNode }) {
  return (
    <li className="flex items-center gap-1.5">
      <span aria-hidden className={cx("drawn size-2.5 rounded-[2px] border border-ink", swatch)} />
      <span>{children}</span>
    </li>
  );
}
