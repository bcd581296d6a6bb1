import { Ban } from "lucide-react";

import { useUsage } from "@/api/usage";

/** For a person whom operators blocked, on every page: why, and what they can still do. */
export function BlockBanner() {
  const block = useUsage().data?.block;
  if (!block) return null;
  return (
    <section
      aria-label="Account blocked"
      className="flex justify-center gap-2 border-b border-line bg-canary-wash px-4 py-2 text-13"
    >
      <Ban aria-hidden size={18} strokeWidth={1.6} className="mt-px shrink-0" />
      <p>
        Your account is blocked: you cannot generate, upload, share or buy a plan, and your links open nothing. Reason:{" "}
        {block.reason} You can still see, download and export what you have, cancel your plan and delete the account.
      </p>
    </section>
  );
}
