import type { RenderDetail, RenderVariant } from "@/api/render-types";
import { personId } from "@/auth/session";
import { keepApplied, type HandedInput } from "@/lib/applied-settings";

/** Opens Create with the settings of a render: with its seed for the same picture, or without for a variation. */
export function handOverSettings(render: RenderDetail, { newSeed }: { newSeed: boolean }) {
  keepApplied(
    {
      title: render.title,
      presetId: render.preset_id,
      prompt: render.prompt,
      settings: render.settings,
      seed: newSeed ? null : render.seed,
      variants: render.variants.length,
      input: handedInput(render),
    },
    personId(),
  );
}

/** Opens Create with a picture to start from. */
export function handOverPicture(render: RenderDetail, variant: RenderVariant) {
  keepApplied(
    {
      title: `${render.title}, variant ${variant.index + 1}`,
      input: { kind: "variant", variantId: variant.id, renderId: render.id },
    },
    personId(),
  );
}

/** It is not possible to start from a deleted picture. */
function handedInput({ photo, source }: RenderDetail): HandedInput | null {
  if (photo?.url) return { kind: "upload", uploadId: photo.upload_id };
  if (source?.cover) return { kind: "variant", variantId: source.cover.variant_id, renderId: source.render_id };
  return null;
}
