import { Link } from "@tanstack/react-router";

import { Button, buttonStyle } from "@/components/ui/button";
import { Dialog } from "@/components/overlays/dialog";
import { Meter } from "@/components/ui/meter";
import { credits } from "@/lib/words";

import { capSentence } from "../messages";
import type { Usage } from "../types";

interface CapDialogProps {
  usage: Usage;
  price: number;
  perVariant: number;
  /** The number of variants for which the credits are enough; 0 when there is none. */
  affordable: number;
  onUseFewer: () => void;
  onClose: () => void;
}

/** Shown when the credits are not enough: what is left, when they renew, and what is possible now. */
export function CapDialog({ usage, price, perVariant, affordable, onUseFewer, onClose }: CapDialogProps) {
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={`This render needs ${credits(price)}`}
      description={capSentence(usage)}
      footer={
        <>
          <Link to="/dashboard/usage" className={buttonStyle({ variant: affordable > 0 ? "line" : "canary" })}>
            See plans
          </Link>
          {affordable > 0 && (
            <Button variant="canary" onClick={onUseFewer}>
              {affordable === 1 ? "Make 1 variant" : `Make ${affordable} variants`}
              <span className="font-normal">{credits(affordable * perVariant)}</span>
            </Button>
          )}
        </>
      }
    >
      <div className="pt-2">
        <Meter label="Credits this period" used={usage.used} held={usage.reserved} limit={usage.limit} />
      </div>
    </Dialog>
  );
}
