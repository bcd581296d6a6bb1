import type { ReactNode } from "react";

import { Mark } from "@/components/ui/mark";

interface MessagePageProps {
  title: string;
  sentence: string;
  children: ReactNode;
}

/** A whole page that says one thing and offers one way on. */
export function MessagePage({ title, sentence, children }: MessagePageProps) {
  return (
    <main id="main" tabIndex={-1} className="grid min-h-dvh place-content-center justify-items-center gap-3 p-6 text-center outline-none">
      <Mark className="size-9" />
      <h1 className="pt-3 text-24 font-semibold">{title}</h1>
      <p className="max-w-sm text-15 text-ink-2">{sentence}</p>
      <div className="pt-3">{children}</div>
    </main>
  );
}
