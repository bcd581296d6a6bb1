import { ChevronDown } from "lucide-react";
import { useState } from "react";

import { Button } from "@/components/ui/button";
import { Chip } from "@/components/ui/chip";
import { TextField } from "@/components/ui/field";
import { Popover } from "@/components/overlays/popover";
import { dateFormat } from "@/lib/dates";

import { dayOf, type RendersSearch } from "../search";

interface DateFilterProps {
  search: RendersSearch;
  onChange: (changes: { from?: string | undefined; to?: string | undefined }) => void;
}

/** No render is older. */
const FIRST_DAY = "2000-01-01";

const SPANS = [
  { label: "Today", days: 1 },
  { label: "Last 7 days", days: 7 },
  { label: "Last 30 days", days: 30 },
] as const;

/** A range of days: one of the usual ones, or from one day to another. */
export function DateFilter({ search: { from, to }, onChange }: DateFilterProps) {
  const [open, setOpen] = useState(false);
  const change = (changes: { from?: string | undefined; to?: string | undefined }) =>
    onChange({ from, to, ...changes });
  return (
    <Popover
      label="Dates"
      open={open}
      onOpenChange={setOpen}
      className="w-88 max-w-[calc(100vw-24px)]"
      trigger={
        <Chip pressed={from !== undefined || to !== undefined}>
          {spanWords(from, to)}
          <ChevronDown aria-hidden size={15} strokeWidth={1.6} />
        </Chip>
      }
    >
      <div className="grid gap-3 p-1.5">
        <div className="flex flex-wrap gap-1.5">
          {SPANS.map(({ label, days }) => (
            <Button
              key={label}
              size="sm"
              onClick={() => {
                onChange({ from: daysAgo(days - 1), to: undefined });
                setOpen(false);
              }}
            >
              {label}
            </Button>
          ))}
        </div>
        <div className="grid grid-cols-2 gap-2 max-tablet:grid-cols-1">
          <DayField label="From" value={from} min={FIRST_DAY} max={to} onChange={(day) => change({ from: day })} />
          <DayField label="To" value={to} min={from ?? FIRST_DAY} onChange={(day) => change({ to: day })} />
        </div>
        <Button
          variant="ghost"
          size="sm"
          blocked={from === undefined && to === undefined}
          onClick={() => {
            onChange({ from: undefined, to: undefined });
            setOpen(false);
          }}
        >
          Any date
        </Button>
      </div>
    </Popover>
  );
}

interface DayFieldProps {
  label: string;
  value: string | undefined;
  min: string;
  max?: string | undefined;
  onChange: (day: string | undefined) => void;
}

/** While a year is typed, the browser sends 0002, 0020 and 0202: only a day within the bounds is passed on. */
function DayField({ label, value, min, max, onChange }: DayFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <TextField
      label={label}
      type="date"
      value={typed ?? value ?? ""}
      min={min}
      max={max}
      onChange={({ target }) => {
        setTyped(target.value);
        if (target.validity.valid) onChange(target.value || undefined);
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

function daysAgo(days: number): string {
  const day = new Date();
  day.setDate(day.getDate() - days);
  return dayOf(day);
}

function spanWords(from: string | undefined, to: string | undefined): string {
  if (from !== undefined && to !== undefined) return `${shortDay(from)} to ${shortDay(to)}`;
  if (from !== undefined) return `Since ${shortDay(from)}`;
  if (to !== undefined) return `Until ${shortDay(to)}`;
  return "Any date";
}

function shortDay(day: string): string {
  return dateFormat({ day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}
