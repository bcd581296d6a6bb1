import { describe, expect, it } from "vitest";

import { detail, variant } from "@/test/fixtures";

import { inputPicture } from "../facts";

const { id, width, height, placeholder, thumbnail_url } = variant(1);
const FROM_RENDER = detail(0, {
  source: {
    render_id: detail(1).id,
    title: "Render 1",
    cover: { variant_id: id, width, height, placeholder, thumbnail_url },
  },
});

describe("what a render was made from", () => {
  it("is nothing, a photo, or a photo that is gone", () => {
    expect(inputPicture(detail(0))).toBeNull();
    expect(inputPicture(detail(0, { photo: { upload_id: "a", url: "http://supabase.test/a.jpg" } }))).toEqual({
      id: "a",
      url: "http://supabase.test/a.jpg",
    });
    expect(inputPicture(detail(0, { photo: { upload_id: "a", url: null } }))).toEqual({ id: "a", url: null });
  });

  it("is a variant of another render: its thumbnail until that render is there, then the whole picture", () => {
    expect(inputPicture(FROM_RENDER)).toEqual({ id, url: thumbnail_url });
    expect(inputPicture(FROM_RENDER, detail(1))).toEqual({ id, url: variant(1).url });
  });
});
