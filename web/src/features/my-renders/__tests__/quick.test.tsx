import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";

import { ALICE, FakeBackend, ok, storeSession } from "@/test/fake-backend";
import { card } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

const CARDS = [card(0), card(1), card(2)];
let backend: FakeBackend;

beforeEach(() => {
  storeSession(ALICE);
  backend = new FakeBackend()
    .on("GET /api/v1/renders", () => ok(CARDS))
    .on("GET /api/v1/renders/months", () => ok([{ month: "2026-11", count: 700 }]))
    .on("GET /api/v1/collections", () => ok([]));
});

const tile = (number: number) => screen.findByRole("link", { name: `Render ${String(number)}` });

it("keeps two filters that are pressed before the address has followed", async () => {
  await openApp("/dashboard/renders");
  await tile(0);
  fireEvent.click(screen.getByRole("button", { name: "Interior" }));
  fireEvent.click(screen.getByRole("button", { name: "My Favorites" }));
  await waitFor(() => expect(window.location.search).toContain("family=interior"));
  expect(window.location.search).toContain("favorite=true");
});

it("waits for the whole year of a date", async () => {
  const user = await openApp("/dashboard/renders");
  await tile(0);
  await user.click(screen.getByRole("button", { name: "Any date" }));
  const from = await screen.findByLabelText("From");
  for (const typed of ["0002-05-01", "0020-05-01", "0202-05-01"]) {
    fireEvent.change(from, { target: { value: typed } });
    expect(from).toHaveValue(typed);
    expect(window.location.search).toBe("");
  }
  fireEvent.change(from, { target: { value: "2026-05-01" } });
  await waitFor(() => expect(window.location.search).toBe("?from=2026-05-01"));
});

it("draws no tile again while the page scrolls", async () => {
  const draws = vi.fn();
  vi.doMock("@/components/picture/picture", () => ({
    Picture: ({ src }: { src: string }) => {
      draws(src);
      return null;
    },
  }));
  onTestFinished(() => vi.doUnmock("@/components/picture/picture"));
  backend.on("GET /api/v1/renders", () => ok(CARDS.map((each) => ({ ...each, variant_count: 4 }))));
  await openApp("/dashboard/renders");
  await tile(0);
  expect(screen.getAllByText("4")).toHaveLength(CARDS.length);
  draws.mockClear();
  for (const top of [1, 2, 3]) {
    Object.defineProperty(window, "scrollY", { configurable: true, value: top });
    fireEvent.scroll(window);
    await act(() => Promise.resolve());
  }
  expect(draws).not.toHaveBeenCalled();
  Object.defineProperty(window, "scrollY", { configurable: true, value: 0 });
});
