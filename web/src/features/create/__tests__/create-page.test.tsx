import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { ALICE, FakeBackend, ok, refused, storeSession } from "@/test/fake-backend";
import { CONFIG, FIRST_IDEAS, generation, NONE_GIVEN_BACK, RECIPE, recipeFile } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

const SUBMIT = "POST /api/v1/generations";
const USED_UP = {
  plan: { id: "free", name: "Free", max_variants: 4 },
  used: 200,
  reserved: 0,
  limit: 200,
  remaining: 0,
  resets_at: "2026-12-01T00:00:00Z",
  given_back: NONE_GIVEN_BACK,
};

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend();
  storeSession(ALICE);
  URL.createObjectURL = () => "blob:photo";
  URL.revokeObjectURL = vi.fn();
  // An upload that never ends.
  vi.stubGlobal(
    "XMLHttpRequest",
    class {
      upload = {};
      open = vi.fn();
      setRequestHeader = vi.fn();
      send = vi.fn();
      abort = vi.fn();
    },
  );
});

describe("a file dropped beside the panel", () => {
  const dropped = (file: File) => {
    const dataTransfer = { files: [file], types: ["Files"] };
    const result = screen.getByRole("region", { name: "Result" });
    fireEvent.dragOver(result, { dataTransfer });
    expect(screen.getByText("Drop a photo or one of your renders")).toBeVisible();
    fireEvent.drop(result, { dataTransfer });
    expect(screen.queryByText("Drop a photo or one of your renders")).toBeNull();
  };

  it("brings its settings back; used as a photo instead, the draft is as before", async () => {
    const user = await openApp("/dashboard/create");
    await user.type(await screen.findByLabelText("Describe it"), "Mine");
    dropped(recipeFile(RECIPE));
    await waitFor(() => expect(screen.getByLabelText("Describe it")).toHaveValue(RECIPE.prompt));
    expect(screen.getByLabelText("Seed")).toHaveValue("7");

    await user.click(await screen.findByRole("button", { name: "Use as photo" }));
    expect(screen.getByText("Oak 1.jpg")).toBeVisible();
    expect(screen.getByLabelText("Describe it")).toHaveValue("Mine");
  });

  it.each([
    ["larger than what is made smaller here", { size: 100 * 2 ** 20 + 1 }, "This photo is 101 MB. The limit is 25 MB."],
    [
      "larger than a photo may be that goes as it is",
      { size: CONFIG.limits.upload_bytes + 1, type: "image/webp" },
      "This photo is 26 MB. The limit is 25 MB.",
    ],
    ["no picture", { type: "video/mp4" }, "This file is not a photo we can use."],
  ])("is refused unread when it is %s", async (_name, properties, words) => {
    await openApp("/dashboard/create");
    await screen.findByLabelText("Describe it");
    const read = vi.fn();
    const file = recipeFile(RECIPE);
    for (const [name, value] of Object.entries({ ...properties, arrayBuffer: read }))
      Object.defineProperty(file, name, { value });
    dropped(file);
    expect(await screen.findByRole("alert")).toHaveTextContent(words);
    expect(read).not.toHaveBeenCalled();
  });

  it("is refused with a reason when it cannot be read, as a folder", async () => {
    await openApp("/dashboard/create");
    await screen.findByLabelText("Describe it");
    const folder = new File(["4096 bytes"], "Holiday");
    const read = () => Promise.reject(new DOMException("A requested file could not be read.", "NotReadableError"));
    Object.defineProperty(folder, "arrayBuffer", { value: read });
    Object.defineProperty(folder, "slice", { value: () => ({ arrayBuffer: read }) });
    dropped(folder);
    expect(await screen.findByRole("alert")).toHaveTextContent(
      "This file cannot be read. From a folder, choose the photo in it.",
    );
  });

  it("gives way to one that is dropped later, although it is read more slowly", async () => {
    await openApp("/dashboard/create");
    await screen.findByLabelText("Describe it");
    let endRead: () => void = vi.fn();
    const slow = new File(["slow"], "slow.jpg", { type: "image/jpeg" });
    const bytes = new Promise<ArrayBuffer>((resolve) => (endRead = () => resolve(new ArrayBuffer(4))));
    Object.defineProperty(slow, "arrayBuffer", { value: () => bytes });
    dropped(slow);
    dropped(new File(["quick"], "quick.jpg", { type: "image/jpeg" }));
    expect(await screen.findByText("quick.jpg")).toBeVisible();
    endRead();
    await bytes;
    await new Promise((resolve) => setTimeout(resolve));
    expect(screen.getByText("quick.jpg")).toBeVisible();
    expect(screen.queryByText("slow.jpg")).toBeNull();
  });

  it("says why it is not taken where the preset has no field for photos", async () => {
    await openApp("/dashboard/create");
    await screen.findByLabelText("Describe it");
    dropped(recipeFile({ ...RECIPE, preset_id: FIRST_IDEAS.id }));
    await waitFor(() => expect(screen.queryByLabelText("Photo file")).toBeNull());
    dropped(new File(["no picture"], "notes.txt", { type: "text/plain" }));
    expect(await screen.findByText(/^This file is not a photo we can use\./)).toBeVisible();
  });
});

it("a seed is new for every run until it is kept", async () => {
  let runs = 0;
  backend.on(SUBMIT, () =>
    ok(generation({ id: `11111111-0000-4000-8000-00000000010${String(++runs)}`, status: "succeeded" })),
  );
  const user = await openApp("/dashboard/create");
  const seed = await screen.findByLabelText<HTMLInputElement>("Seed");
  await user.type(screen.getByLabelText("Describe it"), "Oak");
  const generate = async () => {
    await waitFor(() =>
      expect(screen.getByRole("button", { name: /^Generate/ })).not.toHaveAttribute("aria-disabled", "true"),
    );
    await user.click(screen.getByRole("button", { name: /^Generate/ }));
    await waitFor(() => expect(backend.requests(SUBMIT)).toHaveLength(runs));
  };
  const sent = () => backend.requests(SUBMIT).map(({ body }) => (body as { seed: number }).seed);

  const first = seed.value;
  await generate();
  await waitFor(() => expect(seed.value).not.toBe(first));
  const second = seed.value;
  await user.click(screen.getByRole("button", { name: "New seed" }));
  expect(seed.value).not.toBe(second);

  await user.clear(seed);
  await user.type(seed, "482913");
  expect(screen.getByRole("button", { name: "Keep this seed" })).toHaveAttribute("aria-pressed", "true");
  await generate();
  await generate();
  expect(sent()).toEqual([Number(first), 482_913, 482_913]);
  expect(seed).toHaveValue("482913");
});

it("a seed out of range is named and never sent", async () => {
  const user = await openApp("/dashboard/create");
  const seed = await screen.findByLabelText<HTMLInputElement>("Seed");
  const before = seed.value;
  await user.clear(seed);
  await user.type(seed, "x");
  expect(seed).toHaveAccessibleDescription(expect.stringContaining("A whole number from 1 to 2147483647."));
  await user.tab();
  expect(seed).toHaveValue(before);
});

describe("when the credits do not reach", () => {
  it("says what is used, what the limit is, when it renews, and where more is", async () => {
    backend.on("GET /api/v1/usage", () => ok(USED_UP));
    const user = await openApp("/dashboard/create");
    await user.type(await screen.findByLabelText("Describe it"), "Oak");
    await user.click(screen.getByRole("button", { name: /^Generate/ }));
    const dialog = within(await screen.findByRole("dialog", { name: "This render needs 4 credits" }));
    expect(dialog.getByText("You have used all 200 credits. They renew on 1 December.")).toBeVisible();
    expect(dialog.getByRole("meter")).toHaveAttribute("aria-valuetext", "200 used, 0 held, of 200");
    expect(dialog.getByRole("link", { name: "See plans" })).toHaveAttribute("href", "/dashboard/usage");
    expect(backend.requests(SUBMIT)).toHaveLength(0);
  });

  it("offers as many variants as they reach for", async () => {
    backend.on("GET /api/v1/usage", () => ok({ ...USED_UP, used: 197, remaining: 3 }));
    const user = await openApp("/dashboard/create");
    await user.type(await screen.findByLabelText("Describe it"), "Oak");
    await user.click(screen.getByRole("button", { name: /^Generate/ }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(dialog.getByText("You have 3 credits left of 200. They renew on 1 December.")).toBeVisible();
    await user.click(dialog.getByRole("button", { name: /^Make 1 variant/ }));
    expect(screen.getByRole("button", { name: /^Generate 1/ })).toBeVisible();
  });

  it("opens too when only the database knew", async () => {
    backend.on(SUBMIT, () => {
      backend.on("GET /api/v1/usage", () => ok(USED_UP));
      return refused(402, "plan_cap_reached", "You have used all 200 credits.");
    });
    const user = await openApp("/dashboard/create");
    await user.type(await screen.findByLabelText("Describe it"), "Oak");
    await user.click(screen.getByRole("button", { name: /^Generate/ }));
    expect(await screen.findByText("You have used all 200 credits. They renew on 1 December.")).toBeVisible();
  });
});

it("what was generated with is found again, newest first and once", async () => {
  backend.on(SUBMIT, () => refused(422, "validation", "No."));
  const user = await openApp("/dashboard/create");
  const prompt = await screen.findByLabelText("Describe it");
  for (const words of ["Oak", "Linen", "Oak"]) {
    await user.clear(prompt);
    await user.type(prompt, words);
    await user.click(screen.getByRole("button", { name: /^Generate/ }));
  }
  await user.clear(prompt);
  await user.click(screen.getByRole("button", { name: "Earlier descriptions" }));
  const earlier = within(screen.getByRole("dialog", { name: "Earlier descriptions" })).getAllByRole("button");
  expect(earlier.map(({ textContent }) => textContent)).toEqual(["Oak", "Linen"]);
  await user.click(screen.getByRole("button", { name: "Linen" }));
  expect(prompt).toHaveValue("Linen");
});
