import type { ReactNode } from "react";

interface EmptyStateProps {
  /** One picture, as decoration: the sentence says everything. */
  picture: string;
  sentence: string;
  action: ReactNode;
}

/** One picture, one sentence, one action. */
export function EmptyState({ picture, sentence, action }: EmptyStateProps) {
  return (
    <div className="mx-auto grid max-w-sm justify-items-center gap-5 py-14 text-center">
      {/* Its place is kept while it loads: the action below must not move under a pointer. */}
      <img src={picture} alt="" className="aspect-3/2 w-60 rounded-pic bg-stage object-cover" />
      <p className="text-15 text-ink-2">{sentence}</p>
      {action}
    </div>
  );
}
