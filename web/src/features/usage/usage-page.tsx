import { useBilling } from "@/api/billing";
import { useUsage } from "@/api/usage";
import { QueryState } from "@/components/query-state";
import { TextSkeleton } from "@/components/ui/skeleton";
import { useDocumentTitle } from "@/lib/document-title";

import { BalanceSection } from "./components/balance-section";
import { DaysChart } from "./components/days-chart";
import { LedgerSection } from "./components/ledger-section";
import { PlansSection } from "./components/plans-section";

export function UsagePage() {
  useDocumentTitle("Usage and plan");
  const { data: billing } = useBilling();
  const usage = useUsage();
  return (
    <div className="mx-auto max-w-[1180px] px-4 pt-5 pb-14 tablet:px-10">
      <h1 className="pb-6 text-24 font-semibold max-tablet:sr-only">Usage and plan</h1>
      <div className="grid gap-x-14 gap-y-8 pb-9 desk:grid-cols-[minmax(0,5fr)_minmax(0,6fr)]">
        <QueryState query={usage} pending={<BalanceSkeleton />}>
          {(current) => (
            <>
              <BalanceSection usage={current} endsAt={billing?.ends_at ?? null} />
              <DaysChart usage={current} />
            </>
          )}
        </QueryState>
      </div>
      <PlansSection />
      <LedgerSection />
    </div>
  );
}

function BalanceSkeleton() {
  return (
    <div aria-hidden className="grid content-start gap-4">
      <TextSkeleton className="h-15 w-56" />
      <TextSkeleton className="w-full" />
      <TextSkeleton className="w-72" />
    </div>
  );
}
