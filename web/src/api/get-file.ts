import { failureOf, noAnswer } from "./errors";

/** Fetches a file by its address: a signed URL, or a file of the web app. Sends no token. Throws ApiError. */
export async function getFile(url: string, signal?: AbortSignal): Promise<Blob> {
  const response = await fetch(url, { credentials: "omit", signal }).catch((error: unknown) => {
    throw noAnswer(error);
  });
  if (!response.ok) throw failureOf(response.status, null, (name) => response.headers.get(name));
  return response.blob();
}
