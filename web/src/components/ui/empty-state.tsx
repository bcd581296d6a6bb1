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
      <img src={picture} alt="" className="w-60 rounded-pic bg-stage" />
      <p className="text-15 text-ink-2">{sentence}</p>
      {action}
    </div>
  );
}
