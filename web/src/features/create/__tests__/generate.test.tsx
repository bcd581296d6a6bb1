import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import { ownKey } from "@/lib/own-storage";
import { ALICE, FakeBackend, ok, refused, storeSession } from "@/test/fake-backend";
import { ended, generation, succeeded } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

const RUNNING = generation({ id: "11111111-0000-4000-8000-000000000009" });
const FAILED = ended("failed", "provider_error", "The image provider failed.");
const SUBMIT = "POST /api/v1/generations";
const RETRY = `POST /api/v1/generations/${FAILED.id}/retry`;

const providerError = () =>
  refused(502, "provider_error", "The image provider failed. Your credits are back. Try again.");

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend()
    .on(`GET /api/v1/generations/${RUNNING.id}`, () => ok(RUNNING))
    .on(`GET /api/v1/generations/${FAILED.id}`, () => ok(FAILED));
  storeSession(ALICE);
});

const keys = (route: string) => backend.requests(route).map(({ idempotencyKey }) => idempotencyKey);

describe("after the provider failed and the credits came back", () => {
  it("generating again is a new request, with a key of its own", async () => {
    backend.on(SUBMIT, providerError);
    const user = await openApp("/dashboard/create");
    await user.type(await screen.findByLabelText("Describe it"), "Oak");
    await user.click(screen.getByRole("button", { name: /^Generate/ }));
    expect(await screen.findByRole("alert")).toHaveTextContent("The image provider failed.");

    backend.on(SUBMIT, () => ok(RUNNING));
    await user.click(screen.getByRole("button", { name: /^Generate/ }));
    expect(await screen.findByRole("progressbar", { name: "Progress" })).toBeVisible();
    const [first, second] = keys(SUBMIT);
    expect(first).toBeTruthy();
    expect(second).toBeTruthy();
    expect(second).not.toBe(first);
  });

  it("so is trying a failed run again", async () => {
    backend.on("GET /api/v1/generations", () => ok([FAILED])).on(RETRY, providerError);
    const user = await openApp("/dashboard/create");
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("alert")).toHaveTextContent("The image provider failed.");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(keys(RETRY)).toHaveLength(2));
    expect(new Set(keys(RETRY)).size).toBe(2);
  });
});

it("a run whose picture is gone is not tried again, and the draft keeps its own", async () => {
  const gone = "The picture to start from no longer exists. Choose another one.";
  const uploadId = `${"0".repeat(64)}.jpg`;
  const upload = { id: uploadId, url: "http://supabase.test/room.jpg", created_at: "2026-11-24T10:00:00Z", bytes: 9 };
  localStorage.setItem(
    ownKey("draft", ALICE.id),
    JSON.stringify({ input: { kind: "upload", uploadId, name: "room.jpg" } }),
  );
  backend
    .on("GET /api/v1/generations", () => ok([FAILED]))
    .on("GET /api/v1/uploads", () => ok([upload]))
    .on(RETRY, () => refused(404, "input_not_found", gone));
  const user = await openApp("/dashboard/create");
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(gone);
  expect(screen.getByRole("img", { name: "Start from: room.jpg" })).toBeVisible();
});

it("a request that may have arrived keeps its key, so that nothing is charged twice", async () => {
  backend.on(SUBMIT, () => refused(503, "database_unavailable", "We cannot reach your renders right now."));
  const user = await openApp("/dashboard/create");
  await user.type(await screen.findByLabelText("Describe it"), "Oak");
  await user.click(screen.getByRole("button", { name: /^Generate/ }));
  await screen.findByRole("alert");
  backend.on(SUBMIT, () => ok(RUNNING));
  await user.click(screen.getByRole("button", { name: /^Generate/ }));
  await screen.findByRole("progressbar", { name: "Progress" });
  expect(new Set(keys(SUBMIT)).size).toBe(1);
  expect(keys(SUBMIT)).toHaveLength(2);
});

it("B6 a run whose render was taken down says why in place of its pictures", async () => {
  const message = "We took this render down: it breaks our rules. Its pictures cannot be opened any more.";
  const { render } = succeeded();
  const takenDown = render && {
    ...render,
    taken_down: { at: "2026-11-24T10:00:00Z", reason: "other" as const, message },
  };
  backend.on("GET /api/v1/generations", () => ok([succeeded({ render: takenDown })]));
  await openApp("/dashboard/create");
  expect(await screen.findAllByText(message)).toHaveLength(2);
  expect(screen.queryByRole("button", { name: /^Open variant/ })).toBeNull();
});
