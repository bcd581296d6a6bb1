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

  const add = async (file: File) => {
    sending.current?.abort();
    const { signal } = (sending.current = new AbortController());
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
      if (signal.aborted || !(error instanceof Error)) return;
      const refused = error instanceof PhotoRefused || (error instanceof ApiError && !error.transient);
      const retry = refused ? null : () => void add(file);
      setState({ status: "failed", name: file.name, message: error.message, retry });
      onFailed(error.message);
    }
  };

  /** Uploads a sample as if it were the person's photo. */
  const addSample = async (sample: SamplePhoto) => {
    try {
      const blob = await getFile(sample.url);
      await add(new File([blob], sample.name, { type: blob.type }));
    } catch (error) {
      if (!(error instanceof Error)) return;
      setState({ status: "failed", name: sample.name, message: error.message, retry: () => void addSample(sample) });
    }
  };

  return { state, add, addSample, cancel };
}
