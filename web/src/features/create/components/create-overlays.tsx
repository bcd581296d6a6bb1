import { activeInput, type Draft } from "../draft";
import type { Config, Preset, Usage } from "../types";
import { CapDialog } from "./cap-dialog";
import { EarlierUploads } from "./earlier-uploads";
import { PresetGallery } from "./preset-gallery";

/** Which overlay is open. `photo-presets` offers only presets that take a photo. */
export type Overlay = "presets" | "photo-presets" | "earlier" | "cap";

interface CreateOverlaysProps {
  overlay: Overlay | null;
  config: Config;
  draft: Draft;
  preset: Preset;
  price: number;
  usage: Usage | undefined;
  change: (changes: Partial<Draft>) => void;
  onClose: () => void;
}

export function CreateOverlays({ overlay, config, draft, preset, price, usage, change, onClose }: CreateOverlaysProps) {
  const changeAndClose = (changes: Partial<Draft>) => {
    change(changes);
    onClose();
  };
  switch (overlay) {
    case "presets":
    case "photo-presets":
      return (
        <PresetGallery
          config={config}
          selectedId={preset.id}
          withPhotoOnly={overlay === "photo-presets"}
          // Each preset has its own default number of variants.
          onSelect={({ id }) => changeAndClose({ presetId: id, variants: null })}
          onClose={onClose}
        />
      );
    case "earlier":
      return (
        <EarlierUploads
          onSelect={({ id }) =>
            changeAndClose({ input: { kind: "upload", uploadId: id, name: null, width: null, height: null } })
          }
          onRemoved={(id) => {
            const input = activeInput(draft, preset);
            if (input?.kind === "upload" && input.uploadId === id) change({ input: null });
          }}
          onClose={onClose}
        />
      );
    case "cap": {
      if (!usage) return null;
      const affordable = Math.floor(usage.remaining / preset.credits);
      return (
        <CapDialog
          usage={usage}
          price={price}
          perVariant={preset.credits}
          affordable={affordable}
          onUseFewer={() => changeAndClose({ variants: affordable })}
          onClose={onClose}
        />
      );
    }
    case null:
      return null;
  }
}
