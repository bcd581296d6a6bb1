import { Link } from "@tanstack/react-router";
import { Undo2 } from "lucide-react";
import { useState } from "react";

import { useConfig } from "@/api/config";
import { useSession } from "@/auth/session";
import { buttonStyle } from "@/components/ui/button";
import { Segmented } from "@/components/ui/segmented";
import { useDocumentTitle } from "@/lib/document-title";
import { yearlyLabel, type Interval } from "@/lib/money";
import { credits } from "@/lib/words";

import { CreditsTable } from "./components/credits-table";
import { PlanCards } from "./components/plan-cards";
import { Questions } from "./components/questions";
import { middlePrice } from "./middle-price";

/** What plans cost and what a credit buys, for visitors and for people who think about another plan. */
export function PricingPage() {
  const { plans, presets } = useConfig();
  const isVisitor = useSession().status === "signed-out";
  const [interval, setInterval] = useState<Interval>("month");
  const free = plans.find(({ prices }) => prices.length === 0);
  const intervals = [
    { value: "month", label: "Monthly" },
    { value: "year", label: yearlyLabel(plans) },
  ] as const;
  useDocumentTitle("Pricing");
  return (
    <div className="mx-auto max-w-[1360px] px-4 tablet:px-8">
      <header className="grid items-end gap-x-10 gap-y-6 pt-6 pb-9 tablet:grid-cols-[minmax(0,1fr)_auto] desk:pt-12">
        <div>
          <h1 className="max-w-[14ch] text-44 font-semibold text-balance desk:text-60">
            Know the price before you press.
          </h1>
          <p className="max-w-[48ch] pt-4 text-18 text-pretty text-ink-2">
            Every plan has every preset. You choose how many credits you need a month, and each button shows what it
            costs.
          </p>
        </div>
        <div>
          <p id="billed" className="sr-only">
            Billed
          </p>
          <Segmented
            aria-labelledby="billed"
            options={intervals}
            value={interval}
            onChange={setInterval}
            className="tablet:w-66"
          />
        </div>
      </header>
      <PlanCards interval={interval} />
      <p className="flex flex-wrap gap-x-6 gap-y-1 pt-4 pb-14 text-12 text-ink-3">
        <span>
          Pictures are counted at {credits(middlePrice(presets))} each; half of the presets cost that or less.
        </span>
        <span>Tax is added at checkout where it applies.</span>
      </p>

      <Section
        id="credits"
        title="What a credit buys"
        text={
          <>
            <p>
              A credit is the unit all pictures are priced in. The price is per picture: four variants cost four times
              as much.
            </p>
            <p>Credits renew every month. What is left then does not carry over.</p>
          </>
        }
      >
        <CreditsTable />
        <p className="mt-4 flex gap-3 rounded-md border border-line bg-surface px-4 py-3.5 text-13 text-ink-2">
          <Undo2 aria-hidden size={18} strokeWidth={1.6} className="mt-px shrink-0 text-ok" />
          <span>
            <b className="font-[550] text-ink">A picture that fails costs nothing.</b> Its credits are back at once, and
            your ledger shows both lines.
          </span>
        </p>
      </Section>

      <Section
        id="questions"
        title="Questions"
        text={
          <p>
            Something else?{" "}
            <Link to="/contact" className="underline underline-offset-3 hover:text-ink">
              Contact us
            </Link>
            .
          </p>
        }
      >
        <Questions />
      </Section>

      {isVisitor && free && (
        <div className="flex flex-wrap items-center justify-between gap-5 border-t border-line py-10">
          <p className="text-24 font-semibold">Start with {credits(free.monthly_credits)} a month, free.</p>
          <Link to="/sign-in" search={{ mode: "sign-up" }} className={buttonStyle({ variant: "ink", size: "lg" })}>
            Create an account
          </Link>
        </div>
      )}
    </div>
  );
}

interface SectionProps {
  id: string;
  title: string;
  text: React.ReactNode;
  children: React.ReactNode;
}

function Section({ id, title, text, children }: SectionProps) {
  return (
    <section
      aria-labelledby={id}
      className="grid gap-x-14 gap-y-6 border-t border-line py-10 desk:grid-cols-[minmax(0,4fr)_minmax(0,8fr)] desk:py-14"
    >
      <div className="grid max-w-[42ch] content-start gap-3.5 text-15 text-pretty text-ink-2">
        <h2 id={id} className="text-24 font-semibold text-ink">
          {title}
        </h2>
        {text}
      </div>
      <div className="min-w-0">{children}</div>
    </section>
  );
}
