import { Link } from "@tanstack/react-router";

import { useConfig } from "@/api/config";
import { BeforeAfter } from "@/components/viewer/before-after";
import { buttonStyle } from "@/components/ui/button";
import { useDocumentTitle } from "@/lib/document-title";
import { credits } from "@/lib/words";

import { SetList } from "./components/set-list";

/** The preset of the picture beside the photo. */
const EXAMPLE = "warm-minimal";

/** The first page for visitors: what Maquette is, an example to try, and community sets to start from. */
export function LandingPage() {
  const { plans, presets } = useConfig();
  const free = plans.find(({ prices }) => prices.length === 0);
  const example = presets.find(({ id }) => id === EXAMPLE);
  useDocumentTitle("Renders from photos and ideas");
  return (
    <div className="mx-auto max-w-[1360px] px-4 pb-14 tablet:px-8">
      <section className="grid items-center gap-8 pt-6 pb-12 desk:grid-cols-[minmax(0,5fr)_minmax(0,6fr)] desk:gap-14 desk:pt-10">
        <div>
          <h1 className="text-44 font-semibold text-balance desk:text-60">See it before you build it.</h1>
          <p className="max-w-[34ch] pt-5 pb-7 text-18 text-ink-2">
            Drop in a photo of a room, a house or a product, or write one sentence. Get finished pictures in under a
            minute.
          </p>
          <div className="flex flex-wrap gap-2 max-tablet:*:grow">
            <Link to="/sign-in" search={{ mode: "sign-up" }} className={buttonStyle({ variant: "canary", size: "lg" })}>
              Try it with your photo
            </Link>
            <Link to="/community" className={buttonStyle({ variant: "line", size: "lg" })}>
              Browse sets
            </Link>
          </div>
          {free && (
            <p className="pt-4 text-12 text-ink-2">Free for {credits(free.monthly_credits)} a month. No card needed.</p>
          )}
        </div>
        <figure>
          <div className="aspect-3/2 overflow-hidden rounded-pic bg-stage">
            <BeforeAfter before="/samples/living-room.webp" scale={1}>
              <img
                src="/presets/warm-minimal.webp"
                alt="A furnished living room in warm light"
                width={1200}
                height={800}
                className="size-full object-cover"
              />
            </BeforeAfter>
          </div>
          <figcaption className="flex items-center gap-3.5 pt-2.5 text-12 text-ink-2">
            {example?.name}, from one photo
            <span aria-hidden className="dimension-line grow" />
          </figcaption>
        </figure>
      </section>
      <div className="border-t border-line pt-10">
        <SetList headingLevel="h2" />
      </div>
    </div>
  );
}
