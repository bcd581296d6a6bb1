import { currentToken } from "@/auth/session";
import { getPreferences } from "@/lib/preferences";
import { saveFile } from "@/lib/save-file";

import { api } from "./client";
import { failureOf } from "./errors";

/**
 * Saves one picture in the preferred format, under the name that the API gives it. `recipes`: whether it contains the
 * settings that made it, where that is not as preferred. Throws ApiError.
 */
export async function savePicture(
  renderId: string,
  variantId: string,
  recipes = getPreferences().recipes,
): Promise<void> {
  const { format } = getPreferences();
  const { data, error, response } = await api.GET("/api/v1/downloads/renders/{render_id}/variants/{variant_id}", {
    params: {
      path: { render_id: renderId, variant_id: variantId },
      query: { recipe: recipes, ...(format && { format }) },
    },
    parseAs: "blob",
  });
  if (!data) throw failureOf(response.status, error, (name) => response.headers.get(name));
  saveFile(data, fileName(response.headers.get("Content-Disposition")));
}

/** The file name in UTF-8 (RFC 6266); every download of our API has one. */
function fileName(disposition: string | null): string {
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(disposition ?? "")?.[1];
  return encoded === undefined ? "render" : decodeURIComponent(encoded);
}

/**
 * Lets the browser save a ZIP in the preferred format while the API makes it. A form is posted into a hidden frame,
 * because a file that a script reads would be held in memory. `onRefused` is called when the answer is not a download.
 */
export async function saveArchive(
  what: { renderIds: readonly string[] } | { collectionId: string },
  onRefused: () => void,
): Promise<void> {
  const token = await currentToken();
  const { recipes, format } = getPreferences();
  const fields = {
    access_token: token?.value ?? "",
    recipe: String(recipes),
    ...(format && { format }),
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
  // The frame loads a page only when the answer is not a file.
  frame.addEventListener("load", onRefused);
  form.submit();
  form.remove();
}
