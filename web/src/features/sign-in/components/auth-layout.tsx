import type { ReactNode } from "react";

import { Mark } from "@/components/ui/mark";

import picture from "../cabin.webp";

/** A form of 360 px; from 900 px with one tall picture beside it. */
export function AuthLayout({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="grid min-h-dvh desk:grid-cols-[minmax(440px,1fr)_minmax(0,1.15fr)]">
      <main id="main" tabIndex={-1} className="flex flex-col px-5 py-5 outline-none tablet:px-10 tablet:py-7">
        <p className="flex items-center gap-2.5 text-15 font-semibold">
          <Mark className="size-7" />
          Maquette
        </p>
        <div className="mx-auto my-auto w-full max-w-[360px] py-10">
          <h1 className="pb-5 text-24 font-semibold">{title}</h1>
          {children}
        </div>
      </main>
      <aside className="sticky top-0 grid h-dvh place-content-center bg-stage max-desk:hidden">
        <figure className="grid gap-4">
          <img
            src={picture}
            alt="A lit cabin with a steep roof between snowy firs, at night"
            width={560}
            height={670}
            className="max-h-[calc(100dvh-160px)] w-auto max-w-[calc(53vw-80px)] rounded-pic"
          />
          <div aria-hidden className="dimension-line" />
          <figcaption className="flex justify-between text-12 text-ink-2">
            Cabin, first snow <span>Concept, from one sentence</span>
          </figcaption>
        </figure>
      </aside>
    </div>
  );
}
