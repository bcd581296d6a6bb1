import { beforeEach, expect, it, vi } from "vitest";

import { ALICE, FakeBackend, storeSession } from "@/test/fake-backend";

const PICTURE = "/api/v1/downloads/renders/r1/variants/v1";
const saved = vi.fn<(name: string) => void>();
let backend: FakeBackend;

beforeEach(() => {
  saved.mockClear();
  storeSession(ALICE);
  const headers = { "Content-Disposition": "attachment; filename=\"a.jpg\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%201.jpg" };
  backend = new FakeBackend().on(`GET ${PICTURE}`, () => new Response("jpeg", { headers }));
  vi.stubGlobal("URL", Object.assign(URL, { createObjectURL: () => "blob:1", revokeObjectURL: vi.fn() }));
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    saved(this.download);
  });
});

it("saves a picture as it is stored until a format was chosen, then in that format", async () => {
  const { savePicture } = await import("../downloads");
  const { setPreferences } = await import("@/lib/preferences");

  await savePicture("r1", "v1");
  setPreferences({ format: "jpeg", recipes: false });
  await savePicture("r1", "v1");
  await savePicture("r1", "v1", true);

  expect(saved.mock.calls).toEqual(Array(3).fill(["Größe 1.jpg"]));
  expect(backend.requests(`GET ${PICTURE}`).map(({ query }) => query.toString())).toEqual([
    "recipe=true",
    "recipe=false&format=jpeg",
    "recipe=true&format=jpeg",
  ]);
});

it("asks for a ZIP in the format that was chosen", async () => {
  const { saveArchive } = await import("../downloads");
  const { setPreferences } = await import("@/lib/preferences");
  const sent: Record<string, FormDataEntryValue>[] = [];
  vi.spyOn(HTMLFormElement.prototype, "submit").mockImplementation(function (this: HTMLFormElement) {
    sent.push(Object.fromEntries(new FormData(this)));
  });

  await saveArchive({ renderIds: ["a", "b"] }, vi.fn());
  setPreferences({ format: "png" });
  await saveArchive({ collectionId: "c" }, vi.fn());

  expect(sent).toMatchObject([{ render_ids: "a,b" }, { collection_id: "c", format: "png" }]);
  expect(sent[0]).not.toHaveProperty("format");
});
