import { screen } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";

import { outcomeLine } from "@/api/run-state";
import { timeOfDay } from "@/lib/dates";
import { ALICE, FakeBackend, ok, refused, storeSession, USAGE } from "@/test/fake-backend";
import { succeeded } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

const SUBMIT = "POST /api/v1/generations";
const TONIGHT = new Date(Date.now() + 3_600_000).toISOString();
const OVER = new Date(Date.now() - 1000).toISOString();

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend();
  storeSession(ALICE);
});

const givenBack = (count: number, endsAt = TONIGHT) => {
  backend.on("GET /api/v1/usage", () =>
    ok({ ...USAGE, given_back: { count, bound: 20, is_near: count >= 18, ends_at: endsAt } }),
  );
};

it.each([
  [18, "If 2 more renders are canceled or blocked today, new renders pause until"],
  [19, "If 1 more render is canceled or blocked today, new renders pause until"],
])("after %i canceled renders of 20 a sentence warns, and generating works", async (count, message) => {
  givenBack(count);
  const user = await openApp("/dashboard/create");
  expect(await screen.findByText(`${message} ${timeOfDay(TONIGHT)}.`)).toBeVisible();
  await user.type(await screen.findByLabelText("Describe it"), "Oak");
  await user.click(screen.getByRole("button", { name: /^Generate/ }));
  expect(backend.requests(SUBMIT)).toHaveLength(1);
});

it("at the bound nothing is sent, and the sentence says when it goes on", async () => {
  givenBack(20);
  const user = await openApp("/dashboard/create");
  await user.type(await screen.findByLabelText("Describe it"), "Oak");
  const message = `Too many renders were canceled or blocked today. You can generate again at ${timeOfDay(TONIGHT)}.`;
  expect(await screen.findByText(message)).toBeVisible();
  await user.click(screen.getByRole("button", { name: /^Generate/ }));
  expect(backend.requests(SUBMIT)).toHaveLength(0);
});

it.each([
  ["few were", 17, TONIGHT],
  ["the day has ended", 20, OVER],
])("nothing is said while %s", async (_, count, endsAt) => {
  givenBack(count, endsAt);
  await openApp("/dashboard/create");
  await screen.findByLabelText("Describe it");
  expect(screen.queryByText(/canceled or blocked today/)).toBeNull();
});

it("an operator's sentence is shown while renders are paused", async () => {
  backend.on(SUBMIT, () => refused(503, "submits_paused", "We change the provider until 15:00 UTC."));
  const user = await openApp("/dashboard/create");
  await user.type(await screen.findByLabelText("Describe it"), "Oak");
  await user.click(screen.getByRole("button", { name: /^Generate/ }));
  expect(await screen.findByRole("alert")).toHaveTextContent("We change the provider until 15:00 UTC.");
});

it.each([
  [1, "Canceled with 1 of 4 variants ready. You keep and pay it, 6 credits came back."],
  [3, "Canceled with 3 of 4 variants ready. You keep and pay them, 2 credits came back."],
  [4, "2 variants ready"],
])("a canceled render with %i variants says what was kept and what came back", (ready, message) => {
  expect(outcomeLine(succeeded({ variants: 4, credits: 8, ready, cancel_requested: true }))).toBe(message);
});
