import { ImageUp } from "lucide-react";
import { memo, useRef } from "react";

import { Button } from "@/components/ui/button";
import { DimensionLine } from "@/components/ui/dimension-line";
import { GroupField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";

import type { DraftInput } from "../draft";
import type { PhotoState } from "../hooks/use-photo";
import { acceptedFiles } from "../prepare-photo";
import type { Limits, Preset, SamplePhoto } from "../types";
import { ChosenPhoto } from "./chosen-photo";

interface PhotoFieldProps {
  preset: Preset;
  limits: Limits;
  input: DraftInput | null;
  state: PhotoState;
  /** Of all families. */
  samples: readonly SamplePhoto[];
  onFile: (file: File) => void;
  onSample: (sample: SamplePhoto) => void;
  onCancel: () => void;
  onRemove: () => void;
  onEarlier: () => void;
}

/** The photo to start from: being uploaded, uploaded, or still to be chosen. Drops on the panel around it work too. */
export const PhotoField = memo(function PhotoField({
  preset,
  limits,
  input,
  state,
  samples,
  onFile,
  onSample,
  onCancel,
  onRemove,
  onEarlier,
}: PhotoFieldProps) {
  const picker = useRef<HTMLInputElement>(null);
  const browse = () => {
    picker.current?.click();
  };
  return (
    <GroupField
      label="Photo"
      aside={
        <span className="text-ink-3">
          {input ? "Location data removed" : preset.photo === "required" ? "Needed" : "Optional"}
        </span>
      }
    >
      {(labelId) => (
        <div role="group" aria-labelledby={labelId} className="grid gap-3">
          <input
            ref={picker}
            type="file"
            accept={acceptedFiles(limits)}
            aria-label="Photo file"
            tabIndex={-1}
            className="sr-only"
            onChange={(event) => {
              const file = event.target.files?.[0];
              // Otherwise choosing the same file again would not fire an event.
              event.target.value = "";
              if (file) onFile(file);
            }}
          />
          {state.status === "failed" && <Failed state={state} onBrowse={browse} />}
          {state.status === "sending" ? (
            <Sending state={state} onCancel={onCancel} />
          ) : input ? (
            <ChosenPhoto input={input} onReplace={browse} onRemove={onRemove} onEarlier={onEarlier} />
          ) : (
            <Choose
              samples={samples.filter(({ families }) => families.includes(preset.family))}
              onBrowse={browse}
              onSample={onSample}
              onEarlier={onEarlier}
            />
          )}
        </div>
      )}
    </GroupField>
  );
});

interface ChooseProps {
  samples: readonly SamplePhoto[];
  onBrowse: () => void;
  onSample: (sample: SamplePhoto) => void;
  onEarlier: () => void;
}

function Choose({ samples, onBrowse, onSample, onEarlier }: ChooseProps) {
  return (
    <>
      <button
        type="button"
        onClick={onBrowse}
        className="flex min-h-20 w-full items-center justify-center gap-2.5 rounded-sm border border-dashed border-line-strong px-4 text-13 font-medium hover:bg-hover"
      >
        <ImageUp aria-hidden size={18} strokeWidth={1.6} />
        Drop, paste or browse
      </button>
      <div className="flex items-center gap-2">
        {samples.length > 0 && (
          <ul aria-label="Sample photos" className="flex gap-1.5">
            {samples.map((sample) => (
              <li key={sample.id}>
                <button
                  type="button"
                  onClick={() => onSample(sample)}
                  aria-label={`Sample: ${sample.name}`}
                  title={sample.name}
                  className="block rounded-pic hover:outline-2 hover:outline-offset-1 hover:outline-line-strong"
                >
                  <img
                    src={sample.url}
                    alt=""
                    width={60}
                    height={44}
                    className="h-11 w-15 rounded-pic bg-stage object-cover"
                  />
                </button>
              </li>
            ))}
          </ul>
        )}
        <Button variant="ghost" size="sm" onClick={onEarlier} className="ml-auto">
          Earlier photos
        </Button>
      </div>
    </>
  );
}

function Sending({ state, onCancel }: { state: PhotoState & { status: "sending" }; onCancel: () => void }) {
  const { name, preview, percent } = state;
  return (
    <div className="grid grid-cols-[108px_1fr] items-center gap-3.5">
      {/* Empty when this browser cannot show the format, such as HEIC. */}
      <img src={preview} alt="" className="h-18 w-27 rounded-pic bg-stage object-contain" />
      <div className="grid min-w-0 gap-1">
        <p className="truncate font-medium">{name}</p>
        {percent === null ? (
          <p className="text-12 text-ink-3">Preparing</p>
        ) : (
          <DimensionLine percent={percent} label={`Uploading ${name}`} />
        )}
        <div className="-ml-2.5">
          <Button variant="ghost" size="sm" onClick={onCancel}>
            Cancel
          </Button>
        </div>
      </div>
    </div>
  );
}

function Failed({ state, onBrowse }: { state: PhotoState & { status: "failed" }; onBrowse: () => void }) {
  return (
    <Notice tone="danger" live>
      <p>{state.message}</p>
      <p className="truncate text-12 text-ink-3">{state.name}</p>
      <div className="-ml-2.5 pt-1">
        <Button variant="ghost" size="sm" onClick={state.retry ?? onBrowse}>
          {state.retry ? "Try again" : "Choose another"}
        </Button>
      </div>
    </Notice>
  );
}
