import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { Columns2, CornerDownLeft, Heart, Maximize, RotateCcw, Share2, ZoomIn, ZoomOut } from "lucide-react";
import { useId, useState } from "react";

import { useConfig } from "@/api/config";
import { savePicture } from "@/api/downloads";
import { ApiError } from "@/api/errors";
import type { RenderDetail } from "@/api/render-types";
import { renderQuery, useChangeRender, useDeleteVariant } from "@/api/renders";
import { DownloadButton } from "@/components/overlays/download-button";
import { MessagePage } from "@/components/message-page";
import { Button, buttonStyle } from "@/components/ui/button";
import { Dialog } from "@/components/overlays/dialog";
import { EditableTitle } from "@/components/ui/editable-title";
import { IconButton } from "@/components/ui/icon-button";
import { Notice } from "@/components/ui/notice";
import { TextSkeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toast-store";
import { ModeSwitch, type Mode } from "@/components/viewer/mode-switch";
import { PictureViewer } from "@/components/overlays/picture-viewer";
import { FIT } from "@/components/viewer/zoom";
import { useStage, ZoomStage } from "@/components/viewer/zoom-stage";
import { BackLink, useBack } from "@/gallery/back-link";
import { LoadFailed } from "@/components/ui/load-failed";
import { useRenderActions } from "@/gallery/use-render-actions";
import { useBackCloses } from "@/lib/back-closes";
import { dateFormat } from "@/lib/dates";
import { useDocumentTitle } from "@/lib/document-title";
import { DELETE } from "@/lib/keys";
import { usePreferences } from "@/lib/preferences";
import { useShortcuts } from "@/lib/shortcuts";
import { ShareDialog } from "@/publishing/share-dialog";

import { MoreMenu } from "./components/more-menu";
import { RenderDetails } from "./components/render-details";
import { TakenDown } from "./components/taken-down";
import { VariantStrip } from "./components/variant-strip";
import { sideOf } from "./compare-search";
import { factsText, inputPicture } from "./facts";
import { handOverPicture, handOverSettings } from "./hand-over";

const route = getRouteApi("/dashboard/renders/$renderId");
const ICON = { "aria-hidden": true, size: 15, strokeWidth: 1.6 } as const;
const LARGE_ICON = { "aria-hidden": true, size: 18, strokeWidth: 1.6 } as const;

/** One render: its variants, its settings and its actions. */
export function RenderPage() {
  const { renderId } = route.useParams();
  const { data: render, error, refetch } = useQuery(renderQuery(renderId));
  useDocumentTitle(render?.title ?? "Render");
  if (render?.taken_down) return <TakenDown render={render} reason={render.taken_down.message} />;
  if (render) return <Loaded key={render.id} render={render} />;
  if (error instanceof ApiError && error.status === 404) {
    return (
      <MessagePage title="This render is not here" sentence="It was deleted for ever, or it belongs to somebody else.">
        <Link to="/dashboard/renders" className={buttonStyle({ variant: "ink" })}>
          Go to Renders
        </Link>
      </MessagePage>
    );
  }
  if (error) return <LoadFailed error={error} onRetry={() => void refetch()} />;
  return <Skeleton />;
}

type Overlay = "full" | "share" | "delete-variant";

function Loaded({ render }: { render: RenderDetail }) {
  const router = useRouter();
  const back = useBack();
  const { presets, limits } = useConfig();
  const { recipes } = usePreferences();
  const actions = useRenderActions();
  const { mutate: change } = useChangeRender(render.id);
  const { mutate: deleteVariant } = useDeleteVariant();
  const modeLabel = useId();

  const coverAt = Math.max(
    0,
    render.variants.findIndex(({ id }) => id === render.cover_variant_id),
  );
  const [chosen, setChosen] = useState(coverAt);
  const index = Math.min(chosen, render.variants.length - 1);
  const variant = render.variants[index];
  const preset = presets.find(({ id }) => id === render.preset_id);
  const sourceId = render.source?.render_id;
  const { data: sourceRender } = useQuery({ ...renderQuery(sourceId ?? ""), enabled: sourceId !== undefined });
  const before = inputPicture(render, sourceRender)?.url ?? null;
  const [mode, setMode] = useState<Mode>("result");
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  useBackCloses(overlay === "full", () => setOverlay(null));
  const [collecting, setCollecting] = useState(false);
  const [view, setView] = useState(FIT);
  const picture = variant && {
    src: variant.url ?? "",
    alt: `${render.title}, variant ${index + 1}`,
    width: variant.width,
    height: variant.height,
  };
  const stage = useStage(picture, view, setView);
  const inTrash = render.purged_at !== null;

  const failed = (error: unknown) =>
    toast(error instanceof Error ? error.message : "That did not work.", { tone: "danger" });
  const show = (next: number) => {
    if (render.variants[next]) setChosen(next);
  };
  const toCreate = () => void router.navigate({ to: "/dashboard/create" });
  const startFromIt = () => {
    if (!variant) return;
    handOverPicture(render, variant);
    toCreate();
  };
  const applySettings = (newSeed: boolean) => {
    handOverSettings(render, { newSeed });
    toCreate();
  };
  const download = async (recipe: boolean) => {
    if (!variant) return;
    try {
      await savePicture(render.id, variant.id, recipe);
    } catch (error) {
      failed(error);
    }
  };
  const downloadButton = (scope: "page" | "viewer") => (
    <DownloadButton scope={scope} stored={variant ?? null} onDownload={() => void download(recipes)} />
  );
  const copySettings = () => {
    navigator.clipboard.writeText(factsText(render, preset)).then(
      () => toast("Settings copied"),
      () => toast("This browser does not let us copy. Select the text instead.", { tone: "danger" }),
    );
  };
  const trash = () => {
    void actions.trash({ ids: [render.id] });
    if (back) back.go();
    else void router.navigate({ to: "/dashboard/renders" });
  };
  const other = render.variants[index + 1] ?? render.variants.find(({ id }) => id !== variant?.id);
  const compareWith = {
    ...(variant && { a: sideOf(render.id, variant.id) }),
    b: other
      ? sideOf(render.id, other.id)
      : (render.source?.render_id ?? render.made_from_it[0]?.render_id ?? render.id),
  };

  useShortcuts("Render", [
    { keys: "ArrowLeft", label: "Previous variant", run: () => show(index - 1) },
    { keys: "ArrowRight", label: "Next variant", run: () => show(index + 1) },
    { keys: "[Shift]++", label: "Zoom in", run: stage.zoomIn },
    { keys: "-", label: "Zoom out", run: stage.zoomOut },
    { keys: "0", label: "Whole picture", run: stage.reset },
    ...(before === null
      ? []
      : [{ keys: "b", label: "Before and after", run: () => setMode(mode === "result" ? "compare" : "result") }]),
    {
      keys: "c",
      label: "Compare",
      run: () =>
        void router.navigate({ to: "/dashboard/compare", search: compareWith, state: { backTo: render.title } }),
    },
    { keys: "f", label: "Favorite", run: () => !inTrash && actions.favorite(render) },
    { keys: "a", label: "Add to a collection", run: () => !inTrash && setCollecting(true) },
    { keys: DELETE, label: "Move to trash", run: () => !inTrash && trash() },
  ]);

  return (
    <div className="desk:grid desk:h-[calc(100dvh-var(--banner))] desk:min-h-[560px] desk:grid-cols-[minmax(0,1fr)_var(--aside)]">
      <section aria-label="Picture" className="flex min-h-0 min-w-0 flex-col bg-stage">
        <div className="flex items-center gap-1 px-3 py-2 max-tablet:flex-wrap">
          <BackLink to="/dashboard/renders" name="Renders" />
          <div className="grow" />
          {before !== null && (
            <>
              <span id={modeLabel} className="sr-only">
                View
              </span>
              <ModeSwitch
                labelledBy={modeLabel}
                mode={mode}
                onChange={setMode}
                className="max-tablet:order-last max-tablet:w-full"
              />
              <div className="grow max-tablet:hidden" />
            </>
          )}
          <span className="flex gap-1 max-tablet:hidden">
            <IconButton label="Zoom out" shortcut="−" variant="ghost" blocked={!stage.zoomed} onClick={stage.zoomOut}>
              <ZoomOut {...LARGE_ICON} />
            </IconButton>
            <IconButton label="Zoom in" shortcut="+" variant="ghost" onClick={stage.zoomIn}>
              <ZoomIn {...LARGE_ICON} />
            </IconButton>
          </span>
          <Link
            to="/dashboard/compare"
            search={compareWith}
            state={{ backTo: render.title }}
            aria-label="Compare"
            title="Compare"
            className={buttonStyle({ variant: "ghost", icon: true })}
          >
            <Columns2 {...LARGE_ICON} />
          </Link>
          <IconButton label="Full screen" variant="ghost" onClick={() => setOverlay("full")}>
            <Maximize {...LARGE_ICON} />
          </IconButton>
        </div>
        {/* On a phone the space has the ratio of the picture; from 900 px it is the rest of the window. */}
        <div
          className="min-h-0 desk:grow desk:px-7"
          style={{ aspectRatio: variant && `${variant.width} / ${variant.height}` }}
        >
          <ZoomStage stage={stage} before={mode === "compare" ? before : null} className="size-full" />
        </div>
        <VariantStrip
          render={render}
          index={index}
          onSelect={show}
          onVariation={inTrash ? null : () => applySettings(true)}
        />
      </section>

      <aside
        aria-label="Details"
        className="grid grid-cols-[minmax(0,1fr)] content-start gap-5 px-4 pt-4.5 pb-8 desk:overflow-y-auto desk:border-l desk:border-line desk:bg-surface desk:px-5"
      >
        <div>
          <div className="flex items-start gap-2">
            <EditableTitle
              title={render.title}
              label="Title"
              maxLength={limits.title_characters}
              className="text-18"
              onChange={inTrash ? null : (title) => change({ title }, { onError: failed })}
            />
            {!inTrash && (
              <IconButton
                label={render.is_favorite ? "In My Favorites" : "Add to My Favorites"}
                shortcut="F"
                variant="ghost"
                aria-pressed={render.is_favorite}
                className="-mt-1.5 -mr-2"
                onClick={() => actions.favorite(render)}
              >
                <Heart {...LARGE_ICON} fill={render.is_favorite ? "currentColor" : "none"} />
              </IconButton>
            )}
          </div>
          <p className="text-12 text-ink-3">
            {momentWords(render.created_at)}, variant {index + 1} of {render.variants.length}
          </p>
        </div>

        {inTrash ? (
          <Notice tone="warn">
            <p>This render is in the trash. It is deleted for ever on {dayWords(render.purged_at ?? "")}.</p>
            <Button size="sm" className="mt-2" onClick={() => void actions.restore({ ids: [render.id] })}>
              <RotateCcw {...ICON} />
              Restore
            </Button>
          </Notice>
        ) : (
          <div className="grid grid-cols-2 gap-2">
            <Button variant="canary" className="col-span-2 h-10" onClick={startFromIt}>
              <CornerDownLeft {...ICON} />
              Use as input
            </Button>
            <Button onClick={() => applySettings(false)}>Use these settings</Button>
            {downloadButton("page")}
            <Button onClick={() => setOverlay("share")}>
              <Share2 {...ICON} />
              Share
            </Button>
            <MoreMenu
              isCover={index === coverAt}
              canDeleteVariant={render.variants.length > 1}
              carriesSettings={recipes}
              onMakeCover={() => variant && change({ cover_variant_id: variant.id }, { onError: failed })}
              onCopySettings={copySettings}
              onDownloadOtherWay={() => void download(!recipes)}
              onDownloadAll={() => actions.download([render.id])}
              onDeleteVariant={() => setOverlay("delete-variant")}
              onTrash={trash}
            />
          </div>
        )}
        <RenderDetails
          render={render}
          preset={preset}
          variant={variant}
          collecting={collecting}
          onCollecting={setCollecting}
        />
      </aside>

      {overlay === "full" && (
        <PictureViewer
          title={render.title}
          pictures={render.variants.map((each, at) => ({
            id: each.id,
            src: each.url ?? "",
            thumbnail: each.thumbnail_url ?? "",
            alt: `${render.title}, variant ${at + 1}`,
            width: each.width,
            height: each.height,
            ...(each.id === render.cover_variant_id && { mark: "Cover" }),
          }))}
          index={index}
          onIndexChange={show}
          before={before}
          actions={downloadButton("viewer")}
          onClose={() => setOverlay(null)}
        />
      )}
      {overlay === "share" && (
        <ShareDialog target={{ render_id: render.id }} title={render.title} onClose={() => setOverlay(null)} />
      )}
      {overlay === "delete-variant" && variant && (
        <Dialog
          open
          onOpenChange={() => setOverlay(null)}
          title={`Delete variant ${index + 1}?`}
          description="Its files are deleted with it. This cannot be undone."
          footer={
            <>
              <Button onClick={() => setOverlay(null)}>Keep</Button>
              <Button
                variant="danger"
                onClick={() => {
                  setOverlay(null);
                  deleteVariant(variant.id, {
                    onSuccess: () => toast(`Variant ${index + 1} deleted.`),
                    onError: failed,
                  });
                }}
              >
                Delete variant
              </Button>
            </>
          }
        />
      )}
    </div>
  );
}

/** "24 November at 14:32". */
function momentWords(iso: string): string {
  const date = new Date(iso);
  const time = dateFormat({ hour: "2-digit", minute: "2-digit" }).format(date);
  return `${dayWords(iso)} at ${time}`;
}

function dayWords(iso: string): string {
  const date = new Date(iso);
  const thisYear = date.getFullYear() === new Date().getFullYear();
  return dateFormat({ day: "numeric", month: "long", ...(!thisYear && { year: "numeric" }) }).format(date);
}

function Skeleton() {
  return (
    <div aria-hidden className="desk:grid desk:h-dvh desk:grid-cols-[minmax(0,1fr)_var(--aside)]">
      <div className="aspect-3/2 bg-stage desk:aspect-auto" />
      <div className="grid content-start gap-4 px-5 pt-5">
        <TextSkeleton className="w-40" />
        <TextSkeleton className="w-56" />
        <TextSkeleton className="w-48" />
      </div>
    </div>
  );
}
