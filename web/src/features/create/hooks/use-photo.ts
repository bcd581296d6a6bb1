import { useEffect, useRef, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";

import { ApiError } from "@/api/errors";
import { getFile } from "@/api/get-file";

import { pictureUrlQuery } from "../api/get-picture-url";
import { useUploadPhoto } from "../api/upload-photo";
import type { DraftInput } from "../draft";
import { PhotoRefused, preparePhoto } from "../prepare-photo";
import type { Limits, SamplePhoto } from "../types";

/** A photo that is being uploaded. `percent` is null until the upload begins. */
export type PhotoState =
  | { status: "idle" }
  | { status: "sending"; name: string; preview: string; percent: number | null }
  | { status: "failed"; name: string; message: string; retry: (() => void) | null };

interface PhotoEvents {
  onDone: (input: DraftInput) => void;
  /** The error is in the state too, for the field that shows it. */
  onFailed: (message: string) => void;
}

/** Accepts photos of any size, one at a time: a second one replaces the first. */
export function usePhoto(limits: Limits, { onDone, onFailed }: PhotoEvents) {
  const [state, setState] = useState<PhotoState>({ status: "idle" });
  const { mutateAsync: upload } = useUploadPhoto();
  const client = useQueryClient();
  const sending = useRef<AbortController>(null);

  const preview = state.status === "sending" ? state.preview : null;
  useEffect(() => {
    if (preview !== null) {
      return () => {
        URL.revokeObjectURL(preview);
      };
    }
  }, [preview]);
  useEffect(
    () => () => {
      sending.current?.abort();
    },
    [],
  );

  const cancel = () => {
    sending.current?.abort();
    setState({ status: "idle" });
  };

  /** Ends what is under way. What is chosen last wins, however long an earlier one takes: give the signal to `add`. */
  const begin = (): AbortSignal => {
    sending.current?.abort();
    sending.current = new AbortController();
    return sending.current.signal;
  };

  const failed = (name: string, error: Error, again: () => void) => {
    const refused = error instanceof PhotoRefused || (error instanceof ApiError && !error.transient);
    setState({ status: "failed", name, message: error.message, retry: refused ? null : again });
    onFailed(error.message);
  };

  const add = async (file: File, signal = begin()) => {
    setState({ status: "sending", name: file.name, preview: URL.createObjectURL(file), percent: null });
    try {
      const photo = await preparePhoto(file, limits);
      signal.throwIfAborted();
      const onProgress = (percent: number) => {
        setState((now) => (now.status === "sending" && !signal.aborted ? { ...now, percent } : now));
      };
      const { id, url, original_width, original_height } = await upload({ ...photo, onProgress, signal });
      signal.throwIfAborted();
      const { width, height } = photo.original ?? { width: original_width, height: original_height };
      const input: DraftInput = { kind: "upload", uploadId: id, name: file.name, width, height };
      client.setQueryData(pictureUrlQuery(input).queryKey, url);
      setState({ status: "idle" });
      onDone(input);
    } catch (error) {
      if (!signal.aborted && error instanceof Error) failed(file.name, error, () => void add(file));
    }
  };

  /** Uploads a sample as if it were the person's photo. */
  const addSample = async (sample: SamplePhoto) => {
    const signal = begin();
    setState({ status: "sending", name: sample.name, preview: sample.url, percent: null });
    try {
      const blob = await getFile(sample.url, signal);
      signal.throwIfAborted();
      await add(new File([blob], sample.name, { type: blob.type }), signal);
    } catch (error) {
      if (!signal.aborted && error instanceof Error) failed(sample.name, error, () => void addSample(sample));
    }
  };

  return { state, begin, add, addSample, cancel };
}
