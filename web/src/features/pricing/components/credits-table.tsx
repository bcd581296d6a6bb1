import { cx } from "class-variance-authority";

import { useConfig } from "@/api/config";
import type { components } from "@/api/schema";
import { amount, priceOf } from "@/lib/money";

type Preset = components["schemas"]["PresetView"];

const PHOTO = { none: "From words", optional: "From a photo or words", required: "From your photo" };

/** One preset of each price: what a picture costs in credits, and in money on each paid plan. */
export function CreditsTable() {
  const { plans, presets } = useConfig();
  const paid = plans.flatMap((plan) => {
    const cents = priceOf(plan, "month")?.cents ?? 0;
    return cents > 0 ? [{ name: plan.name, perCredit: cents / plan.monthly_credits }] : [];
  });
  const examples = onePerPrice(presets);
  const most = Math.max(...examples.map(({ credits }) => credits));
  return (
    <table className="w-full border-collapse text-13">
      <thead className="text-left text-12 text-ink-3">
        <tr>
          <th scope="col" className="pb-2.5 font-medium">
            One picture
          </th>
          <th scope="col" className="pb-2.5 font-medium">
            Credits
          </th>
          {paid.map(({ name }, index) => (
            <th
              key={name}
              scope="col"
              className={cx("pb-2.5 text-right font-medium", index > 0 && "max-tablet:hidden")}
            >
              On {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {examples.map((preset) => (
          <tr key={preset.id} className="border-t border-line">
            <th scope="row" className="py-2.5 pr-3 text-left font-normal">
              <span className="flex items-center gap-3.5">
                <img
                  src={preset.picture}
                  alt=""
                  width={72}
                  height={48}
                  loading="lazy"
                  className="h-12 w-18 shrink-0 rounded-pic object-cover max-tablet:hidden"
                />
                <span>
                  <b className="block font-[550]">{preset.name}</b>
                  <span className="text-12 text-ink-3">
                    {PHOTO[preset.photo]}, in about {Math.round(preset.typical_seconds)} s
                  </span>
                </span>
              </span>
            </th>
            <td className="py-2.5 pr-3">
              <span className="flex items-center gap-3">
                <Cells used={preset.credits} of={most} />
                <span className="num">{preset.credits}</span>
              </span>
            </td>
            {paid.map(({ name, perCredit }, index) => (
              <td key={name} className={cx("num py-2.5 text-right", index > 0 && "max-tablet:hidden")}>
                {amount(perCredit * preset.credits)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cells({ used, of }: { used: number; of: number }) {
  return (
    <span aria-hidden className="flex h-3 w-30 overflow-hidden rounded-[2px] border border-ink max-tablet:hidden">
      {Array.from({ length: of }, (_, index) => (
        <span
          key={index}
          className={cx("grow border-ink not-last:border-r", index < used && (index % 2 ? "bg-ink/75" : "bg-ink"))}
        />
      ))}
    </span>
  );
}

function onePerPrice(presets: readonly Preset[]): Preset[] {
  const first = new Map<number, Preset>();
  for (const preset of presets) if (!first.has(preset.credits)) first.set(preset.credits, preset);
  return [...first.values()].sort((a, b) => a.credits - b.credits);
}
