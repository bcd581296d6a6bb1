import { cx } from "class-variance-authority";
import { useRef, useState } from "react";

import { useConfig } from "@/api/config";
import { givenBackNotice, useUsage } from "@/api/usage";
import { useUser } from "@/auth/session";
import { toast } from "@/components/ui/toast-store";
import { useDocumentTitle } from "@/lib/document-title";
import { useShortcuts } from "@/lib/shortcuts";
import { useOnline } from "@/lib/use-online";
import { useStableHandlers } from "@/lib/use-stable-handlers";

import { useCancelGeneration } from "./api/cancel-generation";
import { usePictureUrl } from "./api/get-picture-url";
import { blockedBecause } from "./blocked";
import { CreateOverlays, type Overlay } from "./components/create-overlays";
import { FlightBar } from "./components/flight-bar";
import { GenerateAction } from "./components/generate-action";
import { PhotoField } from "./components/photo-field";
import { ResultSection } from "./components/result-section";
import { SettingsPanel } from "./components/settings-panel";
import { draftOf, activeInput, presetOf, variantsOf, type Draft, type DraftInput } from "./draft";
import { readDroppedRecipe } from "./dropped-recipe";
import { useDraft } from "./hooks/use-draft";
import { useDropAndPaste } from "./hooks/use-drop-and-paste";
import { usePhoto } from "./hooks/use-photo";
import { useRunStatus } from "./hooks/use-run-status";
import { useRuns } from "./hooks/use-runs";
import { useSubmit } from "./hooks/use-submit";
import type { Generation, SamplePhoto, Variant } from "./types";

export function CreatePage() {
  useDocumentTitle("Create");
  const user = useUser();
  const config = useConfig();
  const online = useOnline();
  const { data: usage } = useUsage();
  const prompt = useRef<HTMLTextAreaElement>(null);

  const [draft, change, handedInput] = useDraft(user.id, config);
  const preset = presetOf(draft, config);
  const [overlay, setOverlay] = useState<Overlay | null>(
    handedInput && preset.photo === "none" ? "photo-presets" : null,
  );
  const input = activeInput(draft, preset);
  const photoUrl = usePictureUrl(input);
  const planMaximum = usage?.plan.max_variants ?? config.limits.max_variants;
  const variants = variantsOf(draft, preset, planMaximum);
  const price = variants * preset.credits;

  const giveInput = (given: DraftInput) => {
    change({ input: given });
    if (preset.photo === "none") setOverlay("photo-presets");
  };
  const photo = usePhoto(config.limits, {
    onDone: giveInput,
    onFailed: (message) => {
      // A preset without a photo has no field that would show the error.
      if (preset.photo === "none") toast(message, { tone: "danger" });
    },
  });
  const undo = () => change(draft);
  const replaceDraft = (next: Partial<Draft>, message: string) => {
    change(next);
    toast(message, { actions: [{ label: "Undo", run: undo }] });
  };
  /** The settings of a picture that Maquette made, or a photo. */
  const addFile = async (file: File) => {
    const signal = photo.begin();
    // A file that cannot be read: adding it says so.
    const recipe = await readDroppedRecipe(file, config).catch(() => null);
    if (signal.aborted) return;
    if (recipe === null) return photo.add(file, signal);
    if (recipe.changes === null) {
      toast(recipe.message, { tone: "danger" });
      return photo.add(file, signal);
    }
    const useAsPhoto = () => {
      undo();
      void photo.add(file);
    };
    change(recipe.changes);
    toast(recipe.message, {
      actions: [
        { label: "Use as photo", run: useAsPhoto },
        { label: "Undo", run: undo },
      ],
    });
  };
  const over = useDropAndPaste({
    onFile: (file) => void addFile(file),
    onLink: () => toast("A picture of another page has to be saved first. Then add the file.", { tone: "danger" }),
  });
  const sample = config.sample_photos.find(({ families }) => families.includes(preset.family)) ?? null;

  // Chosen by the person or started here.
  const [selectedId, select] = useState<string | null>(null);
  const runs = useRuns(selectedId);
  const { running } = runs;
  const { status, secondsLeft, announced } = useRunStatus(runs);
  const { mutate: cancel } = useCancelGeneration();
  const stop = () => {
    if (running) cancel(running.id, { onError: (error) => toast(error.message, { tone: "danger" }) });
  };

  const { submit, retry, pending, problem } = useSubmit({
    userId: user.id,
    draft,
    preset,
    config,
    planMaximum,
    change,
    onStarted: ({ id }) => {
      select(id);
      window.scrollTo({ top: 0 });
    },
    onCapReached: () => setOverlay("cap"),
  });
  const notice = usage ? givenBackNotice(usage.given_back) : null;
  const blocked = blockedBecause({
    draft,
    preset,
    limits: config.limits,
    running,
    secondsLeft,
    photo: photo.state.status,
    photoGone: photoUrl.data === null,
    online,
    stopped: notice?.stops ? notice.message : null,
    accountBlocked: Boolean(usage?.block),
  });
  const generate = () => {
    if (blocked !== null || pending) return;
    if (usage && usage.remaining < price) setOverlay("cap");
    else submit();
  };
  useShortcuts("Create", [{ keys: "$mod+Enter", label: "Generate", run: generate }]);

  const handlers = useStableHandlers({
    addFile: (file: File) => void addFile(file),
    addSample: (sample: SamplePhoto) => void photo.addSample(sample),
    cancelPhoto: photo.cancel,
    removePhoto: () => change({ input: null }),
    showEarlier: () => setOverlay("earlier"),
    choosePreset: () => setOverlay("presets"),
    editPrompt: () => prompt.current?.focus(),
    stop,
    retry,
    useSettings: (generation: Generation) => replaceDraft(draftOf(generation), "Settings applied."),
    useVariant: ({ id, index }: Variant, generation: Generation) => {
      giveInput({ kind: "variant", variantId: id, generationId: generation.id });
      toast(`The next render starts from variant ${index + 1}.`, {
        actions: [{ label: "Undo", run: () => change({ input: draft.input }) }],
      });
    },
  });

  return (
    <div className="flex flex-col desk:grid desk:h-[calc(100dvh-var(--banner))] desk:min-h-[560px] desk:grid-rows-[minmax(0,1fr)] desk:grid-cols-[340px_minmax(0,1fr)] wide:grid-cols-[var(--panel)_minmax(0,1fr)]">
      <h1 className="sr-only">Create</h1>
      <p role="status" className="sr-only">
        {announced}
      </p>
      <section
        aria-label="Settings"
        className="relative flex min-h-0 flex-col desk:border-r desk:border-line desk:bg-surface"
      >
        <div className="min-h-0 grow px-4 pt-5 pb-40 desk:overflow-y-auto desk:px-4.5 desk:pt-4 desk:pb-5">
          <SettingsPanel
            userId={user.id}
            config={config}
            preset={preset}
            draft={draft}
            variants={variants}
            planMaximum={planMaximum}
            photo={
              preset.photo !== "none" && (
                <PhotoField
                  preset={preset}
                  limits={config.limits}
                  input={input}
                  state={photo.state}
                  samples={config.sample_photos}
                  onFile={handlers.addFile}
                  onSample={handlers.addSample}
                  onCancel={handlers.cancelPhoto}
                  onRemove={handlers.removePhoto}
                  onEarlier={handlers.showEarlier}
                />
              )
            }
            promptRef={prompt}
            onChange={change}
            onChangePreset={handlers.choosePreset}
          />
        </div>
        <div
          data-bar
          className="border-t border-line bg-surface px-4 py-3 max-desk:fixed max-desk:inset-x-0 max-desk:bottom-[calc(var(--tabs)+env(safe-area-inset-bottom))] max-desk:z-10 tablet:max-desk:bottom-0 tablet:max-desk:left-(--rail) desk:px-4.5"
        >
          {running && <FlightBar generation={running} status={status} onCancel={stop} />}
          <div className={cx(running && "max-desk:hidden")}>
            <GenerateAction
              variants={variants}
              price={price}
              remaining={usage?.remaining ?? null}
              blocked={blocked}
              pending={pending}
              problem={problem}
              warning={notice && !notice.stops ? notice.message : null}
              onGenerate={generate}
            />
          </div>
        </div>
        {over && (
          <div className="pointer-events-none absolute inset-2 z-10 grid place-content-center rounded-md border-2 border-dashed border-ink bg-canary-wash text-15 font-semibold">
            Drop a photo or one of your renders
          </div>
        )}
      </section>

      <ResultSection
        preset={preset}
        sample={preset.photo === "none" ? null : sample}
        selectedId={selectedId}
        onSelect={select}
        onSample={handlers.addSample}
        onCancel={handlers.stop}
        onRetry={handlers.retry}
        onEditPrompt={handlers.editPrompt}
        onUseSettings={handlers.useSettings}
        onUseAsInput={handlers.useVariant}
      />

      <CreateOverlays
        overlay={overlay}
        config={config}
        draft={draft}
        preset={preset}
        price={price}
        usage={usage}
        change={change}
        onClose={() => setOverlay(null)}
      />
    </div>
  );
}
