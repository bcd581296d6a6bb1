import { fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";

import { ALICE, FakeBackend, ok, storeSession } from "@/test/fake-backend";
import { ended, generation, succeeded } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend();
  now(generation());
  storeSession(ALICE);
});

/** The API's answer about the one generation from now on. */
function now(state: ReturnType<typeof generation>) {
  backend.on("GET /api/v1/generations", () => ok([state])).on(`GET /api/v1/generations/${state.id}`, () => ok(state));
}

function hide(hidden: boolean) {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
  fireEvent(document, new Event("visibilitychange"));
}

const titled = (title: string) => waitFor(() => expect(document.title).toBe(title));

it("a run is followed from any page, and its end leads back to Create", async () => {
  await openApp("/dashboard/account");
  await titled("60 % · Account settings · Maquette");
  now(succeeded());
  expect(await screen.findByText("Calm living room: 2 variants ready")).toBeVisible();
  await titled("Account settings · Maquette");
  // In jsdom, Radix blocks pointer events on a toast.
  fireEvent.click(screen.getByRole("button", { name: "Open Create" }));
  await titled("Create · Maquette");
});

it("a run that fails while nobody looks is notified of, for those who asked, and stays in the title until they look", async () => {
  const shown: unknown[] = [];
  const notification = Object.assign(
    vi.fn(function (title: string, { body }: NotificationOptions) {
      shown.push([title, body]);
    }),
    { permission: "default", requestPermission: () => Promise.resolve((notification.permission = "granted")) },
  );
  vi.stubGlobal("Notification", notification);
  const user = await openApp("/dashboard/create");
  await titled("60 % · Create · Maquette");
  expect(screen.getAllByText("2 of 4 ready, about 10 s left")).not.toEqual([]);
  await user.click(screen.getByRole("button", { name: "Notify me when it is done" }));
  expect(screen.getByRole("button", { name: "Notify me when it is done" })).toHaveAttribute("aria-pressed", "true");

  hide(true);
  now(ended("failed", "provider_failed", "The image provider failed."));
  await titled("Not made · Create · Maquette");
  const message = "Calm living room: The image provider failed. Your 8 credits are back. Try again.";
  expect(shown).toEqual([["Maquette", message]]);
  // Create itself shows how a generation ended.
  expect(screen.queryByText(message)).toBeNull();
  hide(false);
  await titled("Create · Maquette");
});

it("nobody who looks, or did not ask, is notified", async () => {
  const shown = vi.fn();
  vi.stubGlobal("Notification", Object.assign(shown, { permission: "granted" }));
  localStorage.setItem("maquette.notify", "on");
  await openApp("/dashboard/create");
  await titled("60 % · Create · Maquette");
  now(succeeded());
  await titled("Create · Maquette");
  expect(shown).not.toHaveBeenCalled();
});
