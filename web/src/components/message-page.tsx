import type { ReactNode } from "react";

import { Mark } from "@/components/ui/mark";

interface MessagePageProps {
  title: string;
  sentence: string;
  children: ReactNode;
}

/** A page with one message and one action. Inside a <main>: that of the shell, or a WholePage. */
export function MessagePage({ title, sentence, children }: MessagePageProps) {
  return (
    <div className="grid min-h-[75dvh] place-content-center justify-items-center gap-3 p-6 text-center">
      <Mark className="size-9" />
      <h1 className="pt-3 text-24 font-semibold">{title}</h1>
      <p className="max-w-sm text-15 text-balance text-ink-2">{sentence}</p>
      <div className="pt-3">{children}</div>
    </div>
  );
}

/** For a message outside the shell, which has a <main> of its own. */
export function WholePage({ children }: { children: ReactNode }) {
  return (
    <main id="main" tabIndex={-1} className="grid min-h-dvh outline-none">
      {children}
    </main>
  );
}
