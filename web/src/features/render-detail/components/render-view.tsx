import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";

import { useConfig } from "@/api/config";
import { savePicture } from "@/api/downloads";
import type { RenderDetail } from "@/api/render-types";
import { renderQuery, useChangeRender } from "@/api/renders";
import { DownloadButton } from "@/components/overlays/download-button";
import { toast } from "@/components/ui/toast-store";
import type { Mode } from "@/components/viewer/mode-switch";
import { FIT } from "@/components/viewer/zoom";
import { useStage } from "@/components/viewer/zoom-stage";
import { useBack } from "@/gallery/back-link";
import { useRenderActions } from "@/gallery/use-render-actions";
import { useBackCloses } from "@/lib/back-closes";
import { DELETE } from "@/lib/keys";
import { usePreferences } from "@/lib/preferences";
import { useShortcuts } from "@/lib/shortcuts";

import { sideOf } from "../compare-search";
import { factsText, inputPicture } from "../facts";
import { handOverPicture, handOverSettings } from "../hand-over";
import { MoreMenu } from "./more-menu";
import { RenderActions, RenderHead, TrashNotice } from "./render-actions";
import { RenderDetails } from "./render-details";
import { RenderOverlays, type Overlay } from "./render-overlays";
import { RenderStage } from "./render-stage";

/** One render that is loaded. */
export function RenderView({ render }: { render: RenderDetail }) {
  const router = useRouter();
  const back = useBack();
  const { presets } = useConfig();
  const { recipes } = usePreferences();
  const actions = useRenderActions();
  const { mutate: change } = useChangeRender(render.id);

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
    a: variant && sideOf(render.id, variant.id),
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
      <RenderStage
        render={render}
        index={index}
        stage={stage}
        before={before}
        mode={mode}
        onMode={setMode}
        compareWith={compareWith}
        onFullScreen={() => setOverlay("full")}
        onSelect={show}
        onVariation={inTrash ? null : () => applySettings(true)}
      />
      <aside
        aria-label="Details"
        className="grid grid-cols-[minmax(0,1fr)] content-start gap-5 px-4 pt-4.5 pb-8 desk:overflow-y-auto desk:border-l desk:border-line desk:bg-surface desk:px-5"
      >
        <RenderHead
          render={render}
          index={index}
          onRename={(title) => change({ title }, { onError: failed })}
          onFavorite={() => actions.favorite(render)}
        />
        {render.purged_at !== null ? (
          <TrashNotice purgedAt={render.purged_at} onRestore={() => void actions.restore({ ids: [render.id] })} />
        ) : (
          <RenderActions
            onUseAsInput={startFromIt}
            onUseSettings={() => applySettings(false)}
            download={
              <DownloadButton scope="page" stored={variant ?? null} onDownload={() => void download(recipes)} />
            }
            onShare={() => setOverlay("share")}
            more={
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
            }
          />
        )}
        <RenderDetails
          render={render}
          preset={preset}
          variant={variant}
          collecting={collecting}
          onCollecting={setCollecting}
        />
      </aside>
      <RenderOverlays
        overlay={overlay}
        render={render}
        index={index}
        before={before}
        onSelect={show}
        download={<DownloadButton scope="viewer" stored={variant ?? null} onDownload={() => void download(recipes)} />}
        onClose={() => setOverlay(null)}
      />
    </div>
  );
}
