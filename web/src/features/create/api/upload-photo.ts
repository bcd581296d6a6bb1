import { useMutation, useQueryClient } from "@tanstack/react-query";

import { after, effects } from "@/api/effects";
import { ApiError, failureOf, noAnswer } from "@/api/errors";
import { currentToken, renewToken, type Token } from "@/auth/session";

import type { PreparedPhoto } from "../prepare-photo";
import type { Upload } from "../types";

interface Sending extends PreparedPhoto {
  /** 0 to 100. */
  onProgress: (percent: number) => void;
  signal: AbortSignal;
}

export function useUploadPhoto() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: uploadPhoto,
    onSuccess: () => after(client, effects.uploadsChanged),
  });
}

/**
 * Sends a photo, with XMLHttpRequest, because fetch does not report the progress of an upload. A refused token is
 * renewed once, as the client does for everything else. Throws ApiError.
 */
export async function uploadPhoto(photo: Sending): Promise<Upload> {
  const token = await currentToken();
  try {
    return await send(photo, token);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401 || token === null) throw error;
    const renewed = await renewToken();
    // Never send one person's photo with the token of another who has signed in since.
    if (renewed?.userId !== token.userId) throw error;
    return send(photo, renewed);
  }
}

function send({ body, name, onProgress, signal }: Sending, token: Token | null): Promise<Upload> {
  // A signal that has been aborted already sends no event.
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => {
      request.abort();
    };
    request.open("POST", "/api/v1/uploads");
    request.responseType = "json";
    if (token) request.setRequestHeader("Authorization", `Bearer ${token.value}`);
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) onProgress((loaded / total) * 100);
    };
    request.onload = () => {
      const answer: unknown = request.response;
      if (request.status === 201) resolve((answer as { data: Upload }).data);
      else reject(failureOf(request.status, answer, (header) => request.getResponseHeader(header)));
    };
    request.onerror = () => {
      reject(noAnswer(undefined));
    };
    request.onabort = () => {
      reject(new DOMException("The upload was stopped.", "AbortError"));
    };
    request.onloadend = () => {
      signal.removeEventListener("abort", abort);
    };
    signal.addEventListener("abort", abort);

    const form = new FormData();
    form.append("file", body, name);
    request.send(form);
  });
}
