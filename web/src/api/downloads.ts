import { currentToken } from "@/auth/session";

import { api } from "./client";
import { failureOf } from "./errors";

interface Download {
  renderId: string;
  variantId: string;
  /** With what made it written into the file. */
  recipe: boolean;
}

/** One picture under the name that the API gives it. Throws ApiError. */
export async function downloadPicture({ renderId, variantId, recipe }: Download): Promise<{ file: Blob; name: string }> {
  const { data, error, response } = await api.GET("/api/v1/downloads/renders/{render_id}/variants/{variant_id}", {
    params: { path: { render_id: renderId, variant_id: variantId }, query: { recipe } },
    parseAs: "blob",
  });
  if (!data) throw failureOf(response.status, error, (name) => response.headers.get(name));
  return { file: data, name: fileName(response.headers.get("Content-Disposition")) };
}

/** The name in UTF-8 (RFC 6266), which every download of ours carries. */
function fileName(disposition: string | null): string {
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? "")?.[1];
  return encoded === undefined ? "render" : decodeURIComponent(encoded);
}

/**
 * Has the browser save a ZIP while it is made: a form posted into a frame nobody sees, because what a script reads would
 * sit in memory. `onRefused` is called when an answer comes that is not a download.
 */
export async function saveArchive(
  what: { renderIds: readonly string[] } | { collectionId: string },
  recipe: boolean,
  onRefused: () => void,
): Promise<void> {
  const token = await currentToken();
  const fields = {
    access_token: token?.value ?? "",
    recipe: String(recipe),
    ...("renderIds" in what ? { render_ids: what.renderIds.join(",") } : { collection_id: what.collectionId }),
  };
  const frame = document.createElement("iframe");
  frame.name = "archive";
  frame.hidden = true;
  const form = document.createElement("form");
  form.method = "post";
  form.action = "/api/v1/downloads/archive";
  form.target = frame.name;
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    field.value = value;
    form.append(field);
  }
  document.getElementsByName(frame.name)[0]?.remove();
  document.body.append(frame, form);
  // A page loads in the frame only when there is nothing to save.
  frame.addEventListener("load", onRefused);
  form.submit();
  form.remove();
}
