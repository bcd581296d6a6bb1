import { fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";

import { URLS_LIVE_MS } from "@/api/signed-urls";
import { ALICE, FakeBackend, ok, storeSession } from "@/test/fake-backend";
import { succeeded } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend();
  storeSession(ALICE);
});

it("a letter in the prompt draws neither the result nor the other settings", async () => {
  const made = succeeded();
  backend.on("GET /api/v1/generations", () => ok([made])).on(`GET /api/v1/generations/${made.id}`, () => ok(made));
  const drawn: string[] = [];
  const counted = (path: string, name: string) => {
    vi.doMock(path, async (original) => {
      const code = await original<Record<string, (props: object) => unknown>>();
      const count = (props: object) => {
        drawn.push(name);
        return code[name]?.(props);
      };
      return { ...code, [name]: count };
    });
    onTestFinished(() => vi.doUnmock(path));
  };
  counted("@/features/create/components/recent-strip", "RecentStrip");
  counted("@/components/ui/segmented", "Segmented");
  counted("@/components/ui/slider", "Slider");
  const user = await openApp("/dashboard/create");
  const prompt = await screen.findByLabelText("Describe it");
  await screen.findByRole("navigation", { name: "Recent" });
  await waitFor(() => expect(drawn).toContain("Segmented"));
  await user.type(prompt, "A");
  drawn.length = 0;
  await user.type(prompt, "b");
  expect(prompt).toHaveValue("Ab");
  // The number of variants is drawn with the panel; the settings of the preset are not.
  expect(drawn.filter((name) => name !== "Segmented")).toEqual([]);
  expect(drawn.length).toBeLessThanOrEqual(1);
});

it("the URL of a photo is asked for again while it lives, and at once when the picture does not load", async () => {
  const { pictureUrlQuery } = await import("../api/get-picture-url");
  const input = { kind: "upload", uploadId: "u1", name: "Oak.jpg", width: 4, height: 3 } as const;
  expect(pictureUrlQuery(input).staleTime).toBeLessThan(URLS_LIVE_MS);

  let url = "http://supabase.test/old.jpg";
  backend.on("GET /api/v1/uploads", () => ok([{ id: "u1", url, created_at: "2026-11-01T00:00:00Z" }]));
  localStorage.setItem(`maquette.draft.${ALICE.id}`, JSON.stringify({ presetId: "warm-minimal", input }));
  vi.useFakeTimers({ toFake: ["Date"] });
  await openApp("/dashboard/create");
  const picture = await screen.findByAltText("Start from: Oak.jpg");
  expect(picture).toHaveAttribute("src", url);
  // A file that is gone is not asked for over and over.
  fireEvent.error(picture);
  vi.setSystemTime(Date.now() + 2 * 60_000);
  url = "http://supabase.test/new.jpg";
  expect(backend.requests("GET /api/v1/uploads")).toHaveLength(1);
  fireEvent.error(picture);
  await waitFor(() => expect(screen.getByAltText("Start from: Oak.jpg")).toHaveAttribute("src", url));
});
