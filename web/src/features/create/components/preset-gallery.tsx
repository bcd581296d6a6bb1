import { cx } from "class-variance-authority";

import { Dialog } from "@/components/overlays/dialog";
import { credits } from "@/lib/words";

import type { Config, Preset } from "../types";

interface PresetGalleryProps {
  config: Config;
  selectedId: string;
  /** Show only presets that start from a photo, because there is one. */
  withPhotoOnly: boolean;
  onSelect: (preset: Preset) => void;
  onClose: () => void;
}

/** Every preset with its picture, by family. */
export function PresetGallery({ config, selectedId, withPhotoOnly, onSelect, onClose }: PresetGalleryProps) {
  const offered = config.presets.filter(({ photo }) => !withPhotoOnly || photo !== "none");
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="Presets"
      description={withPhotoOnly ? "These presets start from your photo." : "Your description and settings carry over."}
      size="lg"
    >
      <div className="grid gap-7 pt-1">
        {config.families.map(({ id, name }) => {
          const presets = offered.filter(({ family }) => family === id);
          if (presets.length === 0) return null;
          return (
            <section key={id} aria-labelledby={`family-${id}`}>
              <h3 id={`family-${id}`} className="pb-2.5 text-13 font-semibold">
                {name}
              </h3>
              <ul className="grid grid-cols-2 gap-x-3 gap-y-5 tablet:grid-cols-3">
                {presets.map((preset) => (
                  <li key={preset.id}>
                    <PresetCard preset={preset} selected={preset.id === selectedId} onSelect={() => onSelect(preset)} />
                  </li>
                ))}
              </ul>
            </section>
          );
        })}
      </div>
    </Dialog>
  );
}

const PHOTO_WORDS = { none: "from words", optional: "photo optional", required: "needs a photo" };

function PresetCard({ preset, selected, onSelect }: { preset: Preset; selected: boolean; onSelect: () => void }) {
  return (
    <button type="button" aria-pressed={selected} onClick={onSelect} className="group w-full rounded-pic text-left">
      <span
        className={cx(
          "block aspect-4/3 overflow-hidden rounded-pic bg-stage",
          selected && "outline-2 outline-offset-2 outline-ink",
        )}
      >
        <img src={preset.picture} alt="" loading="lazy" className="size-full object-cover" />
      </span>
      <span className="block pt-2 text-13 font-semibold group-hover:underline">{preset.name}</span>
      <span className="block text-12 text-ink-2">{preset.description}</span>
      <span className="block pt-0.5 text-12 text-ink-3">
        {credits(preset.credits)} a picture, {PHOTO_WORDS[preset.photo]}
      </span>
    </button>
  );
}
