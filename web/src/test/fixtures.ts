import type { components } from "@/api/schema";

type Schemas = components["schemas"];

export const LIGHT: Schemas["ChoiceSetting"] = {
  kind: "choice",
  id: "light",
  label: "Light",
  options: [
    { id: "morning", label: "Morning", words: "" },
    { id: "afternoon", label: "Afternoon", words: "" },
  ],
  default: "afternoon",
  when: "always",
};
export const FOLLOW: Schemas["RangeSetting"] = {
  kind: "range",
  id: "follow",
  label: "Follow the photo",
  min: 5,
  max: 95,
  default: 65,
  step: 1,
  unit: "%",
  min_label: "Loosely",
  max_label: "Closely",
  field: "prompt_strength",
  factor: -0.01,
  offset: 1,
  when: "with_photo",
};
export const SHAPE: Schemas["ChoiceSetting"] = {
  kind: "choice",
  id: "shape",
  label: "Shape",
  options: [
    { id: "square", label: "1:1", words: "" },
    { id: "landscape", label: "3:2", words: "" },
  ],
  default: "landscape",
  when: "without_photo",
};
export const WET: Schemas["ToggleSetting"] = {
  kind: "toggle",
  id: "wet-ground",
  label: "Wet ground",
  default: false,
  words: "",
  when: "always",
};

export function preset(changes: Partial<Schemas["PresetView"]> = {}): Schemas["PresetView"] {
  return {
    id: "warm-minimal",
    name: "Warm minimal",
    family: "interior",
    description: "Calm rooms.",
    picture: "/presets/warm-minimal.webp",
    photo: "optional",
    settings: [FOLLOW, LIGHT, SHAPE],
    max_variants: 4,
    default_variants: 2,
    credits: 2,
    typical_seconds: 14,
    supports_seed: true,
    prompt_placeholder: "Calm living room",
    ...changes,
  };
}

export const GOLDEN_DUSK = preset({
  id: "golden-dusk",
  name: "Golden dusk",
  family: "exterior",
  photo: "required",
  settings: [{ ...LIGHT, options: [{ id: "dusk", label: "Dusk", words: "" }], default: "dusk" }, WET],
  max_variants: 1,
  default_variants: 1,
  credits: 4,
});
export const FIRST_IDEAS = preset({
  id: "first-ideas",
  name: "First ideas",
  family: "concept",
  photo: "none",
  settings: [],
  supports_seed: false,
});

export const CONFIG: Schemas["ConfigView"] = {
  supabase_url: "http://supabase.test",
  supabase_publishable_key: "sb_publishable_test",
  families: [
    { id: "interior", name: "Interior" },
    { id: "exterior", name: "Exterior" },
    { id: "concept", name: "Concept" },
  ],
  presets: [preset(), GOLDEN_DUSK, FIRST_IDEAS],
  limits: {
    upload_bytes: 26_214_400,
    upload_pixels: 64_000_000,
    upload_formats: ["image/jpeg", "image/png", "image/webp", "image/heic", "image/heif", "image/avif"],
    input_longest_side: 1536,
    prompt_characters: 1000,
    title_characters: 120,
    search_characters: 200,
    collection_name_characters: 80,
    report_characters: 500,
    max_bulk_ids: 500,
    max_variants: 4,
    min_seed: 1,
    max_seed: 2 ** 31 - 1,
    deadline_seconds: 900,
  },
  plans: [],
  sample_photos: [
    { id: "living-room", name: "Empty living room", url: "/samples/living-room.webp", families: ["interior"] },
  ],
};

/** A generation in flight, 10 s before its end. */
export function generation(changes: Partial<Schemas["GenerationView"]> = {}): Schemas["GenerationView"] {
  return {
    id: "11111111-0000-4000-8000-000000000001",
    status: "processing",
    preset_id: "warm-minimal",
    title: "Calm living room",
    prompt: "Calm living room",
    settings: { light: "morning", shape: "square" },
    variants: 4,
    seed: 482_913,
    input: null,
    collection_id: null,
    credits: 8,
    refunded: false,
    progress: 60,
    ready: 2,
    seconds_left: 10,
    overdue: false,
    cancel_requested: false,
    error: null,
    created_at: "2026-11-24T10:00:00Z",
    started_at: "2026-11-24T10:00:01Z",
    finished_at: null,
    deadline_at: "2026-11-24T10:15:00Z",
    render: null,
    ...changes,
  };
}

/** Nothing was canceled or blocked today. */
export const NONE_GIVEN_BACK: Schemas["GivenBackView"] = {
  count: 0,
  bound: 20,
  is_near: false,
  ends_at: "2026-11-25T00:00:00Z",
};

export function variant(index: number): Schemas["VariantView"] {
  return {
    id: `22222222-0000-4000-8000-00000000000${String(index)}`,
    index,
    url: `http://supabase.test/variant-${String(index)}.webp`,
    thumbnail_url: `http://supabase.test/variant-${String(index)}.thumb.webp`,
    mime: "image/webp",
    width: 1216,
    height: 832,
    bytes: 200_000,
    placeholder: "",
  };
}

/** A generation that made two variants; the first is the cover. */
export function succeeded(changes: Partial<Schemas["GenerationView"]> = {}): Schemas["GenerationView"] {
  const variants = [variant(0), variant(1)];
  return generation({
    status: "succeeded",
    variants: 2,
    progress: 100,
    ready: 2,
    seconds_left: null,
    finished_at: "2026-11-24T10:00:14Z",
    render: {
      id: "33333333-0000-4000-8000-000000000001",
      title: "Calm living room",
      cover_variant_id: variant(0).id,
      variants,
      taken_down: null,
    },
    ...changes,
  });
}

/** A generation that made nothing. */
export function ended(
  status: "failed" | "canceled" | "expired",
  code: string,
  message: string,
): Schemas["GenerationView"] {
  return generation({ status, refunded: status !== "expired", seconds_left: null, error: { code, message } });
}

/** A render in a list; `ratio` is width / height of its cover. */
export function card(
  at: number,
  { ratio = 1.5, ...changes }: Partial<Schemas["RenderCardView"]> & { ratio?: number } = {},
): Schemas["RenderCardView"] {
  const id = `33333333-0000-4000-8000-${String(at).padStart(12, "0")}`;
  return {
    id,
    title: `Render ${String(at)}`,
    preset_id: "warm-minimal",
    created_at: "2026-11-24T10:00:00Z",
    purged_at: null,
    variant_count: 1,
    is_favorite: false,
    is_taken_down: false,
    cover: {
      variant_id: id,
      thumbnail_url: "http://supabase.test/thumb.webp",
      width: 1000 * ratio,
      height: 1000,
      placeholder: "",
    },
    ...changes,
  };
}

/** An empty collection. */
export function collection(at: number, changes: Partial<Schemas["CollectionView"]> = {}): Schemas["CollectionView"] {
  return {
    id: `44444444-0000-4000-8000-${String(at).padStart(12, "0")}`,
    name: `Collection ${String(at)}`,
    is_favorites: false,
    count: 0,
    cover_render_id: null,
    covers: [],
    contains: false,
    created_at: "2026-11-24T10:00:00Z",
    ...changes,
  };
}

/** A render with all details and two variants. */
export function detail(at: number, changes: Partial<Schemas["RenderDetailView"]> = {}): Schemas["RenderDetailView"] {
  const { id, title, preset_id, created_at } = card(at);
  return {
    id,
    title,
    preset_id,
    created_at,
    prompt: "A quiet room",
    model: null,
    settings: { light: "morning" },
    seed: 482_913,
    credits: 4,
    refund: null,
    purged_at: null,
    cover_variant_id: variant(0).id,
    variants: [variant(0), variant(1)],
    is_favorite: false,
    collections: [],
    photo: null,
    source: null,
    source_is_gone: false,
    made_from_it: [],
    taken_down: null,
    ...changes,
  };
}

/** A recipe as a downloaded file contains it. */
export const RECIPE = {
  render_id: "r",
  variant: 0,
  preset_id: "warm-minimal",
  prompt: `Oak & "linen" <it's>`,
  settings: { light: "morning" },
  seed: 7,
};

/** As libs/services/gallery/xmp.py writes it: an attribute of an XMP packet, quoted as xml.sax.saxutils does. */
export function recipeFile(recipe: unknown): File {
  const text = JSON.stringify(recipe)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
  const packet =
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">' +
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""' +
    ` xmlns:maquette="https://maquette.app/ns/recipe/1.0/" maquette:recipe="${text}"/></rdf:RDF></x:xmpmeta><?xpacket end="r"?>`;
  return new File([new Uint8Array([0xff, 0xd8, 0x00, 0xfe]), packet, new Uint8Array([0x80, 0xff])], "Oak 1.jpg", {
    type: "image/jpeg",
  });
}
