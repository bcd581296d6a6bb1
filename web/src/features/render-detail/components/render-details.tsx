import { Link } from "@tanstack/react-router";
import { Heart, Plus } from "lucide-react";
import { type ReactNode } from "react";

import type { RenderDetail, RenderVariant } from "@/api/render-types";
import { useCollected } from "@/api/renders";
import type { components } from "@/api/schema";
import { CollectionPicker } from "@/gallery/collection-picker";

import { factsOf, hadInput, priceWords } from "../facts";

interface RenderDetailsProps {
  render: RenderDetail;
  preset: components["schemas"]["PresetView"] | undefined;
  variant: RenderVariant | undefined;
  collecting: boolean;
  onCollecting: (open: boolean) => void;
}

const CHIP =
  "inline-flex h-8 max-w-full items-center gap-1.5 rounded-full border border-line bg-surface px-3 text-12 font-medium hover:border-line-strong touch:h-11";

/** Reasons of refunds, for the codes of the ledger. */
const REFUNDS: Record<string, string> = {
  missing_outputs: "Given back: some variants did not come",
  canceled: "Given back: canceled before the other variants were ready",
  timed_out: "Given back: stopped before the other variants were ready",
};

/** All details of a render, beside its pictures. */
export function RenderDetails({ render, preset, variant, collecting, onCollecting }: RenderDetailsProps) {
  const { refund } = render;
  return (
    <>
      {render.prompt && (
        <Section title="Prompt">
          <p className="break-words whitespace-pre-wrap">{render.prompt}</p>
        </Section>
      )}
      <Section title="Settings">
        <dl>
          {factsOf(render, preset, variant).map(({ name, value, numeric }) => (
            <Row key={name} name={name} value={value} numeric={numeric ?? false} />
          ))}
        </dl>
      </Section>
      <Collections render={render} open={collecting} onOpenChange={onCollecting} />
      {(hadInput(render) || render.made_from_it.length > 0) && <Lineage render={render} variant={variant} />}
      <Section title="Receipt">
        <dl>
          <Row name={priceWords(render.credits, preset)} value={`−${render.credits}`} numeric />
          <Row
            name={refund ? (REFUNDS[refund.reason] ?? "Given back") : "Given back"}
            value={String(refund?.credits ?? 0)}
            numeric
          />
        </dl>
      </Section>
    </>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="pb-2 text-12 font-medium text-ink-2">{title}</h2>
      {children}
    </section>
  );
}

function Row({ name, value, numeric }: { name: string; value: string; numeric: boolean }) {
  return (
    <div className="flex justify-between gap-4 border-t border-line py-1.5">
      <dt className="text-ink-2">{name}</dt>
      <dd className={numeric ? "num text-right" : "min-w-0 text-right break-words"}>{value}</dd>
    </div>
  );
}

function Collections({
  render,
  open,
  onOpenChange,
}: {
  render: RenderDetail;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
  const { mutateAsync: change, isPending } = useCollected();
  return (
    <Section title="Collections">
      <div className="flex flex-wrap gap-2" aria-busy={isPending}>
        {render.collections.map(({ id, name, is_favorites: favorites }) => (
          <Link key={id} to="/dashboard/collections/$collectionId" params={{ collectionId: id }} className={CHIP}>
            {favorites && <Heart aria-hidden size={15} strokeWidth={1.6} />}
            <span className="truncate">{name}</span>
          </Link>
        ))}
        {render.purged_at === null && (
          <CollectionPicker
            open={open}
            onOpenChange={onOpenChange}
            renderId={render.id}
            onPick={({ id }, picked) => change({ renderId: render.id, collectionId: id, collected: picked })}
            trigger={
              <button type="button" aria-label="Add to a collection" className={CHIP}>
                <Plus aria-hidden size={15} strokeWidth={1.6} />
                {render.collections.length === 0 && "Add to a collection"}
              </button>
            }
          />
        )}
      </div>
    </Section>
  );
}

const STEP = (
  <span
    aria-hidden
    className="h-2.5 w-5.5 shrink-0 border-x border-line-strong bg-[linear-gradient(var(--line-strong),var(--line-strong))] bg-[length:100%_1px] bg-center bg-no-repeat"
  />
);
const SMALL = "h-10 w-14 rounded-pic bg-stage object-cover";
/** The others are in My Renders. */
const MAX_SHOWN = 6;

/** The picture it was made from, and the renders made from it. */
function Lineage({ render, variant }: { render: RenderDetail; variant: RenderVariant | undefined }) {
  const { photo, source, source_is_gone: sourceIsGone, made_from_it: made } = render;
  return (
    <Section title="Made from">
      <div className="flex flex-wrap items-center gap-2.5">
        {photo &&
          (photo.url ? <img src={photo.url} alt="What you uploaded" className={SMALL} /> : <Gone>Photo deleted</Gone>)}
        {source && <Relative relative={source} label={`Made from ${source.title}`} />}
        {sourceIsGone && <Gone>Render deleted</Gone>}
        {hadInput(render) && STEP}
        <img
          src={variant?.thumbnail_url ?? ""}
          alt="This render"
          className={`${SMALL} outline-2 outline-offset-2 outline-ink`}
        />
        {made.length > 0 && STEP}
        {made.slice(0, MAX_SHOWN).map((each) => (
          <Relative key={each.render_id} relative={each} label={`Made from this: ${each.title}`} />
        ))}
        {made.length > MAX_SHOWN && <span className="text-12 text-ink-3">+{made.length - MAX_SHOWN}</span>}
      </div>
    </Section>
  );
}

function Relative({ relative, label }: { relative: RenderDetail["made_from_it"][number]; label: string }) {
  const url = relative.cover?.thumbnail_url;
  if (!url) return <Gone>Render deleted</Gone>;
  return (
    <Link
      to="/dashboard/renders/$renderId"
      params={{ renderId: relative.render_id }}
      aria-label={label}
      title={label}
      className="rounded-pic"
    >
      <img src={url} alt="" className={SMALL} />
    </Link>
  );
}

function Gone({ children }: { children: ReactNode }) {
  return (
    <span className="grid h-10 w-14 place-items-center rounded-pic bg-sunken text-center text-11 leading-3 text-ink-3">
      {children}
    </span>
  );
}
