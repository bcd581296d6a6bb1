import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";

import { ALICE, FakeBackend, ok, storeSession } from "@/test/fake-backend";
import { NONE_GIVEN_BACK } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

it("the credits that a running render holds are counted once", async () => {
  new FakeBackend().on("GET /api/v1/usage", () =>
    ok({
      plan: { id: "free", name: "Free", max_variants: 2 },
      used: 14,
      reserved: 4,
      limit: 40,
      remaining: 26,
      resets_at: "2026-12-01T00:00:00Z",
      given_back: NONE_GIVEN_BACK,
    }),
  );
  storeSession(ALICE);
  const user = await openApp("/dashboard/account");
  await user.click(await screen.findByRole("button", { name: /26\s*credits left/ }));

  const account = within(await screen.findByRole("dialog", { name: "Credits" }));
  const meter = account.getByRole("meter");
  expect(meter).toHaveAttribute("aria-valuenow", "14");
  expect(meter).toHaveAttribute("aria-valuetext", "10 used, 4 held, of 40");
  expect(account.getByText("10 used")).toBeVisible();
  expect(account.getByText("4 held for a running render")).toBeVisible();
  // Cells of 4 credits: ten are spent, four held from there on.
  const cells = [...meter.children].map((cell) => (cell as HTMLElement).style);
  expect(cells.map((style) => style.getPropertyValue("--used"))).toEqual([
    "100%",
    "100%",
    "50%",
    ...Array<string>(7).fill("0%"),
  ]);
  expect(cells.map((style) => style.getPropertyValue("--held"))).toEqual([
    "100%",
    "100%",
    "100%",
    "50%",
    ...Array<string>(6).fill("0%"),
  ]);
});
