import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { ArrowLeftRight, TriangleAlert, ZoomIn, ZoomOut } from "lucide-react";
import { useState, type Dispatch, type ReactNode, type SetStateAction } from "react";

import { useConfig } from "@/api/config";
import type { RenderDetail, RenderVariant } from "@/api/render-types";
import { renderQuery } from "@/api/renders";
import { QueryState, type QueryLike } from "@/components/query-state";
import { MessagePage } from "@/components/message-page";
import { Button, buttonStyle } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { FIT, type View } from "@/components/viewer/zoom";
import { useStage, ZoomStage } from "@/components/viewer/zoom-stage";
import { BackLink } from "@/gallery/back-link";
import { useDocumentTitle } from "@/lib/document-title";
import { useShortcuts } from "@/lib/shortcuts";

import { VariantStrip } from "./components/variant-strip";
import { partsOf, sideOf, type CompareSearch } from "./compare-search";
import { factsOf, inputPicture } from "./facts";

const route = getRouteApi("/dashboard/compare");
const LARGE_ICON = { "aria-hidden": true, size: 18, strokeWidth: 1.6 } as const;

/** Two variants side by side: they zoom together, and their different settings are marked. */
export function ComparePage() {
  useDocumentTitle("Compare");
  const { a, b } = route.useSearch();
  if (a === undefined || b === undefined) {
    return (
      <MessagePage title="Nothing to compare" sentence="Select two renders, or open a render and choose Compare.">
        <Link to="/dashboard/renders" className={buttonStyle({ variant: "ink" })}>
          Go to Renders
        </Link>
      </MessagePage>
    );
  }
  return <Comparison a={a} b={b} />;
}

interface Side {
  render: RenderDetail | undefined;
  variant: RenderVariant | undefined;
  /** Number of the variant, from 1. */
  number: number;
  stage: ReturnType<typeof useStage>;
  query: QueryLike<RenderDetail>;
}

function useSide(side: string, view: View, setView: Dispatch<SetStateAction<View>>): Side {
  const { renderId, variantId } = partsOf(side);
  const query = useQuery(renderQuery(renderId));
  const render = query.data;
  const wanted = variantId ?? render?.cover_variant_id;
  const variant = render?.variants.find(({ id }) => id === wanted) ?? render?.variants[0];
  const number = (render?.variants.findIndex(({ id }) => id === variant?.id) ?? 0) + 1;
  const picture = render &&
    variant && {
      src: variant.url ?? "",
      alt: `${render.title}, variant ${number}`,
      width: variant.width,
      height: variant.height,
    };
  return { render, variant, number, stage: useStage(picture, view, setView), query };
}

function Comparison({ a, b }: { a: string; b: string }) {
  const navigate = useNavigate();
  const [view, setView] = useState<View>(FIT);
  const left = useSide(a, view, setView);
  const right = useSide(b, view, setView);
  const put = (search: CompareSearch) =>
    void navigate({ to: "/dashboard/compare", search, replace: true, state: true });
  // Both have the same view: moving one moves the other.
  const { zoomIn, zoomOut, reset } = left.stage.frame ? left.stage : right.stage;
  useShortcuts("Compare", [
    { keys: "[Shift]++", label: "Zoom in", run: zoomIn },
    { keys: "-", label: "Zoom out", run: zoomOut },
    { keys: "0", label: "Whole picture", run: reset },
    { keys: "x", label: "Swap sides", run: () => put({ a: b, b: a }) },
  ]);

  return (
    <div className="desk:flex desk:min-h-dvh desk:flex-col">
      <header className="flex items-center gap-1 px-3 py-2">
        <BackLink
          to="/dashboard/renders/$renderId"
          params={{ renderId: partsOf(a).renderId }}
          name={left.render?.title ?? "Render"}
        />
        <h1 className="grow text-center text-15 font-semibold max-tablet:sr-only">Compare</h1>
        <span className="grow tablet:hidden" />
        <Button variant="ghost" onClick={() => put({ a: b, b: a })}>
          <ArrowLeftRight aria-hidden size={15} strokeWidth={1.6} />
          Swap
        </Button>
        <span className="flex gap-1 max-tablet:hidden">
          <IconButton label="Zoom out" shortcut="−" variant="ghost" blocked={view.scale <= 1} onClick={zoomOut}>
            <ZoomOut {...LARGE_ICON} />
          </IconButton>
          <IconButton label="Zoom in" shortcut="+" variant="ghost" onClick={zoomIn}>
            <ZoomIn {...LARGE_ICON} />
          </IconButton>
        </span>
      </header>
      <div className="grid grid-cols-2 gap-px bg-line desk:min-h-[420px] desk:grow">
        <Pane name="Left" side={left} onVariant={(next) => put({ a: next, b })} />
        <Pane name="Right" side={right} onVariant={(next) => put({ a, b: next })} />
      </div>
      {left.render && right.render && <Differences left={left} right={right} />}
    </div>
  );
}

interface PaneProps {
  name: string;
  side: Side;
  onVariant: (side: string) => void;
}

function Pane({ name, side: { number, query, stage }, onVariant }: PaneProps) {
  return (
    <section aria-label={name} className="flex min-w-0 flex-col bg-stage">
      <QueryState query={query}>
        {(render) => (
          <>
            <Link
              to="/dashboard/renders/$renderId"
              params={{ renderId: render.id }}
              className="truncate px-4 py-2 text-center text-12 font-medium text-ink-2 hover:text-ink"
            >
              {render.title}, variant {number}
            </Link>
            <div className="h-[30dvh] tablet:h-[46dvh] min-h-0 desk:h-auto desk:min-h-75 desk:grow desk:px-3">
              <ZoomStage stage={stage} before={null} className="size-full" />
            </div>
            <VariantStrip
              render={render}
              index={number - 1}
              onSelect={(index) => {
                const next = render.variants[index];
                if (next) onVariant(sideOf(render.id, next.id));
              }}
              onVariation={null}
            />
          </>
        )}
      </QueryState>
    </section>
  );
}

function Differences({ left, right }: { left: Side; right: Side }) {
  const { presets } = useConfig();
  const of = ({ render, variant }: Side) => {
    const facts = new Map<string, { value: string; shown: ReactNode }>();
    if (!render) return facts;
    const input = inputPicture(render);
    if (input) {
      const shown = input.url ? (
        <img src={input.url} alt="" className="h-12 w-auto max-w-full rounded-pic bg-stage" />
      ) : (
        "Deleted"
      );
      facts.set("Made from", { value: input.id, shown });
    }
    const preset = presets.find(({ id }) => id === render.preset_id);
    for (const { name, value } of [
      { name: "Prompt", value: render.prompt || "None" },
      ...factsOf(render, preset, variant),
    ]) {
      facts.set(name, { value, shown: value });
    }
    return facts;
  };
  const [a, b] = [of(left), of(right)];
  const names = [...new Set([...a.keys(), ...b.keys()])];
  const differing = names.filter((name) => a.get(name)?.value !== b.get(name)?.value);
  return (
    <section aria-label="Settings" className="mx-auto w-full max-w-240 px-4 pt-4 pb-10">
      <p role="status" className="pb-3 text-13 text-ink-2">
        {differing.length === 0 ? "Both were made with the same settings." : `Different: ${differing.join(", ")}.`}
      </p>
      <table className="w-full table-fixed text-13">
        <thead className="sr-only">
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Left</th>
            <th scope="col">Right</th>
          </tr>
        </thead>
        <tbody>
          {names.map((name) => {
            const differs = differing.includes(name);
            return (
              <tr key={name} className={differs ? "border-t border-line bg-canary-wash" : "border-t border-line"}>
                <th scope="row" className="w-1/4 px-2 py-1.5 text-left font-normal text-ink-2">
                  <span className="flex items-center gap-1.5">
                    {name}
                    {differs && (
                      <TriangleAlert
                        aria-label="differs"
                        size={15}
                        strokeWidth={1.6}
                        className="shrink-0 text-canary-ink"
                      />
                    )}
                  </span>
                </th>
                <td className="px-2 py-1.5 break-words">{a.get(name)?.shown ?? "—"}</td>
                <td className="px-2 py-1.5 break-words">{b.get(name)?.shown ?? "—"}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
