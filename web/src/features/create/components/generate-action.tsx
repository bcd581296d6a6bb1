import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { grouped } from "@/lib/numbers";
import { credits } from "@/lib/words";

interface GenerateActionProps {
  variants: number;
  price: number;
  /** Credits left; null while unknown. */
  remaining: number | null;
  blocked: string | null;
  pending: boolean;
  problem: string | null;
  /** What stops new renders soon. */
  warning: string | null;
  onGenerate: () => void;
}

const REASON_ID = "generate-reason";

/** The main button of the page with its price, and the reason when it is blocked. */
export function GenerateAction({
  variants,
  price,
  remaining,
  blocked,
  pending,
  problem,
  warning,
  onGenerate,
}: GenerateActionProps) {
  const short = remaining !== null && remaining < price;
  const note = blocked ?? (short ? `This needs ${credits(price)}. You have ${grouped(remaining)} left.` : null);
  return (
    <div className="grid gap-2">
      {problem && (
        <Notice tone="danger" live>
          {problem}
        </Notice>
      )}
      {warning && <Notice tone="warn">{warning}</Notice>}
      <Button
        variant="canary"
        size="lg"
        blocked={pending || blocked !== null}
        aria-describedby={note ? REASON_ID : undefined}
        aria-keyshortcuts="Control+Enter Meta+Enter"
        onClick={onGenerate}
        className="w-full"
      >
        <span className="grow text-left">{pending ? "Sending" : `Generate ${variants}`}</span>
        <span className="font-medium">
          <span className="num">{price}</span> {price === 1 ? "credit" : "credits"}
        </span>
      </Button>
      {note && (
        <p id={REASON_ID} className="text-12 text-ink-2">
          {note}
        </p>
      )}
    </div>
  );
}
