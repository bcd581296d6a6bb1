import { screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ALICE, FakeBackend, ok, SUPABASE_URL, storeSession } from "@/test/fake-backend";
import { CONFIG } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

const PRICES = { month: 1000, year: 9000 };
const plan = (id: string, name: string, credits: number, prices: Partial<typeof PRICES> = {}) => ({
  id,
  name,
  monthly_credits: credits,
  max_variants: 4,
  features: [],
  prices: Object.entries(prices).map(([interval, cents]) => ({ interval, cents, currency: "eur" })),
});
const PLANS = [plan("free", "Free", 40), plan("pro", "Pro", 200, PRICES)];
const usage = (id: string, name: string, limit: number) => ({
  plan: { id, name, max_variants: 4 },
  used: 8,
  reserved: 0,
  limit,
  remaining: limit - 8,
  period_start: "2026-11-01T00:00:00Z",
  resets_at: "2026-12-01T00:00:00Z",
});
const FREE_USAGE = usage("free", "Free", 40);
const BILLING = { plan_id: "free", interval: null, status: null, renews_at: null, ends_at: null, grace_until: null, can_manage: false };

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend()
    .on("GET /api/v1/config", () => ok({ ...CONFIG, supabase_url: SUPABASE_URL, plans: PLANS }))
    .on("GET /api/v1/usage", () => ok(FREE_USAGE))
    .on("GET /api/v1/usage/days", () => ok([{ day: "2026-11-03", credits: 8 }]))
    .on("GET /api/v1/usage/entries", () => ok([]))
    .on("GET /api/v1/billing", () => ok(BILLING));
  storeSession(ALICE);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("back from the checkout", () => {
  it("waits until Stripe has said so, then names the plan that was bought and never the one before", async () => {
    let paid = false;
    let release: () => void = () => undefined;
    const late = new Promise<void>((resolve) => {
      release = resolve;
    });
    backend.on("GET /api/v1/billing", () => ok(paid ? { ...BILLING, plan_id: "pro", interval: "month", status: "active" } : BILLING));
    await openApp("/dashboard/billing/return");
    expect(await screen.findByRole("heading", { name: "Confirming with Stripe" })).toBeVisible();

    backend.on("GET /api/v1/usage", async () => {
      await late;
      return ok(usage("pro", "Pro", 200));
    });
    paid = true;
    expect(await screen.findByRole("heading", { name: "You are on Pro" }, { timeout: 3000 })).toBeVisible();
    expect(screen.getByText("Your credits are there.")).toBeVisible();
    release();
    expect(await screen.findByText("200 credits each month, 192 left now.")).toBeVisible();
  });
});

describe("plans", () => {
  it("say what a year saves by their own prices", async () => {
    await openApp("/dashboard/usage");
    expect(await screen.findByText("Yearly, −25 %")).toBeVisible();
    expect(await screen.findByRole("button", { name: "Move to Pro" })).toBeVisible();
  });

  it("lead those whose payment failed for good to another card, not to a second subscription", async () => {
    backend.on("GET /api/v1/billing", () => ok({ ...BILLING, status: "past_due", can_manage: true }));
    const user = await openApp("/dashboard/usage");
    expect(await screen.findByText(/so your plan has stopped\. Use another card under Manage billing\./)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Manage billing" }));
    await user.click(screen.getByRole("button", { name: "Move to Pro" }));
    expect(backend.requests("POST /api/v1/billing/portal")).toHaveLength(2);
    expect(backend.requests("POST /api/v1/billing/checkout")).toHaveLength(0);
  });
});

it("names a day of the chart the same west of Greenwich", async () => {
  vi.stubEnv("TZ", "America/Los_Angeles");
  await openApp("/dashboard/usage");
  const days = await screen.findByRole("table", { name: "Credits by day" });
  expect(await within(days).findByRole("rowheader", { name: "3 November" })).toBeInTheDocument();
});
