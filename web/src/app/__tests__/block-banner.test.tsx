import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { ALICE, FakeBackend, ok, refused, storeSession } from "@/test/fake-backend";
import { NONE_GIVEN_BACK } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

const USAGE = {
  plan: { id: "free", name: "Free", max_variants: 2 },
  used: 0,
  reserved: 0,
  limit: 40,
  remaining: 40,
  resets_at: "2026-12-01T00:00:00Z",
  given_back: NONE_GIVEN_BACK,
  block: null,
};
const BLOCKED = { ...USAGE, block: { reason: "Three reports.", blocked_at: "2026-11-24T10:00:00Z" } };

it("a blocked person reads why, and what is still possible, on every page", async () => {
  new FakeBackend().on("GET /api/v1/usage", () => ok(BLOCKED));
  storeSession(ALICE);
  await openApp("/dashboard/account");
  const banner = await screen.findByRole("region", { name: "Account blocked" });
  expect(banner).toHaveTextContent("Reason: Three reports. You can still see, download and export what you have");
});

it("a blocked person is told at Create instead of being refused", async () => {
  new FakeBackend().on("GET /api/v1/usage", () => ok(BLOCKED));
  storeSession(ALICE);
  await openApp("/dashboard/create");
  expect(await screen.findByText("Your account is blocked: nothing new can be made.")).toBeVisible();
});

it("who is blocked while the page is open reads it with the first refusal", async () => {
  const backend = new FakeBackend().on("GET /api/v1/usage", () => ok(USAGE));
  storeSession(ALICE);
  const user = await openApp("/dashboard/create");
  await user.type(await screen.findByLabelText("Describe it"), "Oak");
  expect(screen.queryByRole("region", { name: "Account blocked" })).toBeNull();

  backend
    .on("GET /api/v1/usage", () => ok(BLOCKED))
    .on("POST /api/v1/generations", () => refused(403, "account_blocked", "Your account is blocked."));
  await user.click(screen.getByRole("button", { name: /^Generate/ }));

  expect(await screen.findByRole("region", { name: "Account blocked" })).toBeVisible();
});
