import { queryOptions, useQuery, type QueryClient } from "@tanstack/react-query";

import { api, unwrapPage, type Page } from "@/api/client";
import { ApiError } from "@/api/errors";
import { generationQuery } from "@/api/generations";
import { keys } from "@/api/keys";
import { renderQuery } from "@/api/renders";
import { RENEW_AFTER_MS } from "@/api/signed-urls";

import type { DraftInput } from "../draft";
import type { EarlierUpload } from "../types";

const PAGE_SIZE = 100;
const AGAIN_AFTER_MS = 60_000;

/** The current URL of a draft's picture; null when it was deleted since. */
export const pictureUrlQuery = (input: DraftInput) =>
  queryOptions({
    queryKey: keys.pictureUrl(input.kind === "upload" ? input.uploadId : input.variantId),
    queryFn: ({ client }) => (input.kind === "upload" ? uploadUrl(input.uploadId) : variantUrl(client, input)),
    staleTime: RENEW_AFTER_MS,
  });

export function usePictureUrl(input: DraftInput | null) {
  const nothing = { kind: "upload", uploadId: "", name: null, width: null, height: null } as const;
  const query = useQuery({ ...pictureUrlQuery(input ?? nothing), enabled: input !== null });
  /** After the picture did not load. A new URL that does not load either means that the file is gone. */
  const renew = () => {
    if (Date.now() - query.dataUpdatedAt > AGAIN_AFTER_MS) void query.refetch();
  };
  return { ...query, renew };
}

/** The API has no endpoint for one upload, so search the list. */
async function uploadUrl(id: string): Promise<string | null> {
  let cursor: string | null = null;
  do {
    const { rows, nextCursor }: Page<EarlierUpload> = await unwrapPage(
      api.GET("/api/v1/uploads", { params: { query: { limit: PAGE_SIZE, cursor } } }),
    );
    const upload = rows.find((row) => row.id === id);
    if (upload) return upload.url;
    cursor = nextCursor;
  } while (cursor !== null);
  return null;
}

async function variantUrl(client: QueryClient, input: DraftInput & { kind: "variant" }): Promise<string | null> {
  return "renderId" in input ? urlInRender(client, input) : urlInRun(client, input);
}

async function urlInRender(client: QueryClient, { variantId, renderId }: { variantId: string; renderId: string }) {
  try {
    const { variants } = await client.query(renderQuery(renderId));
    return variants.find(({ id }) => id === variantId)?.url ?? null;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

async function urlInRun(client: QueryClient, { variantId, generationId }: { variantId: string; generationId: string }) {
  const { input, render } = await client.query(generationQuery(generationId));
  const made = render?.variants.find((variant) => variant.id === variantId);
  return made?.url ?? (input?.variant_id === variantId ? input.url : null);
}
