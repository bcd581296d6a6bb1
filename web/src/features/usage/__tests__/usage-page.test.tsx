import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ALICE, FakeBackend, ok, refused, SUPABASE_URL, storeSession } from "@/test/fake-backend";
import { CONFIG, NONE_GIVEN_BACK } from "@/test/fixtures";
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
  given_back: NONE_GIVEN_BACK,
});
const FREE_USAGE = usage("free", "Free", 40);
const BILLING = {
  plan_id: "free",
  interval: null,
  status: null,
  renews_at: null,
  ends_at: null,
  grace_until: null,
  payment_disputed: false,
  can_manage: false,
};

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
    backend.on("GET /api/v1/billing", () =>
      ok(paid ? { ...BILLING, plan_id: "pro", interval: "month", status: "active" } : BILLING),
    );
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
    expect(await screen.findByText("Yearly, save 25%")).toBeVisible();
    expect(await screen.findByRole("button", { name: "Move to Pro" })).toBeVisible();
  });

  it("offer nothing while it is not known who pays, and say so when it cannot be read", async () => {
    let answer: (response: Response) => void = vi.fn();
    const pro = { ...BILLING, plan_id: "pro", interval: "month", status: "active", can_manage: true };
    backend.on("GET /api/v1/billing", () => new Promise((resolve) => (answer = resolve)));
    const user = await openApp("/dashboard/usage");
    expect(await screen.findByRole("heading", { name: "Pro" })).toBeVisible();
    expect(screen.queryByRole("button", { name: /^Move to/ })).toBeNull();
    expect(screen.queryByText("Your plan")).toBeNull();

    answer(refused(404, "account_gone", "This account is gone."));
    expect(await screen.findByText("This account is gone.")).toBeVisible();
    expect(screen.queryByRole("button", { name: /^Move to/ })).toBeNull();
    backend.on("GET /api/v1/billing", () => ok(pro));
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("button", { name: "Manage billing" })).toBeVisible();
    expect(screen.getByRole("button", { name: "Cancel your plan" })).toBeVisible();
  });

  it("say that a disputed payment has stopped what it bought", async () => {
    backend.on("GET /api/v1/billing", () =>
      ok({ ...BILLING, status: "active", payment_disputed: true, can_manage: true }),
    );
    await openApp("/dashboard/usage");
    expect(await screen.findByText(/Your bank disputes a payment, so what it bought has stopped\./)).toBeVisible();
  });

  it("lead those whose payment failed for good to another card, not to a second subscription", async () => {
    backend.on("GET /api/v1/billing", () => ok({ ...BILLING, status: "past_due", can_manage: true }));
    backend.on("POST /api/v1/billing/portal", () => ok({ url: "#portal" }));
    const user = await openApp("/dashboard/usage");
    expect(await screen.findByText(/so your plan has stopped\. Use another card under Manage billing\./)).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Manage billing" }));
    // A second press while the browser leaves for Stripe makes no second session; back here, the buttons work again.
    await user.click(screen.getByRole("button", { name: "Manage billing" }));
    await waitFor(() => expect(backend.requests("POST /api/v1/billing/portal")).toHaveLength(1));
    act(() => {
      window.dispatchEvent(new Event("pageshow"));
    });
    await waitFor(() =>
      expect(screen.getByRole("button", { name: "Move to Pro" })).not.toHaveAttribute("aria-disabled", "true"),
    );
    await user.click(screen.getByRole("button", { name: "Move to Pro" }));
    expect(backend.requests("POST /api/v1/billing/portal")).toHaveLength(2);
    expect(backend.requests("POST /api/v1/billing/checkout")).toHaveLength(0);
  });
});

describe("the balance", () => {
  const pro = { ...BILLING, plan_id: "pro", interval: "month", status: "active", can_manage: true };

  it("tells what comes after a canceled plan", async () => {
    backend
      .on("GET /api/v1/usage", () => ok(usage("pro", "Pro", 200)))
      .on("GET /api/v1/billing", () => ok({ ...pro, ends_at: "2026-12-01T00:00:00Z" }));
    await openApp("/dashboard/usage");
    expect(
      await screen.findByText(/^Your Pro plan ends on .+\. From then on you have 40 credits a month\./),
    ).toBeVisible();
    expect(screen.queryByText(/renew on/)).toBeNull();
  });

  it("does not promise that extra credits renew", async () => {
    backend.on("GET /api/v1/usage", () => ok(usage("free", "Free", 540)));
    await openApp("/dashboard/usage");
    expect(
      await screen.findByText(/your plan's 40 credits renew\. The 500 extra ones are for this period\./),
    ).toBeVisible();
  });
});

it("tells a ledger, a chart and a balance that could not be read from empty ones", async () => {
  for (const path of ["usage", "usage/days", "usage/entries"]) {
    backend.on(`GET /api/v1/${path}`, () => refused(404, "account_gone", `${path} is gone.`));
  }
  await openApp("/dashboard/usage");
  expect(await screen.findByText("usage is gone.")).toBeVisible();
  expect(await screen.findByText("usage/entries is gone.")).toBeVisible();
  expect(screen.queryByText(/^Nothing here yet/)).toBeNull();
  backend.on("GET /api/v1/usage", () => ok(FREE_USAGE));
  const user = userEvent.setup();
  const [ofBalance] = screen.getAllByRole("button", { name: "Try again" });
  if (ofBalance) await user.click(ofBalance);
  expect(await screen.findByText("usage/days is gone.")).toBeVisible();
});

it("names a day of the chart the same west of Greenwich", async () => {
  vi.stubEnv("TZ", "America/Los_Angeles");
  await openApp("/dashboard/usage");
  const days = await screen.findByRole("table", { name: "Credits by day" });
  expect(await within(days).findByRole("rowheader", { name: "3 November" })).toBeInTheDocument();
});

describe("free credits belong to a mailbox", () => {
  it("what its other accounts used is said", async () => {
    backend.on("GET /api/v1/usage", () => ok({ ...FREE_USAGE, used_elsewhere: 8 }));
    await openApp("/dashboard/usage");
    expect(await screen.findByText(/Another account of your mailbox used 8 credits of them\./)).toBeVisible();
  });

  it("a mailbox for single use has none, and what to do is said", async () => {
    backend.on("GET /api/v1/usage", () =>
      ok({ ...FREE_USAGE, used: 0, limit: 0, remaining: 0, disposable_mailbox: true }),
    );
    await openApp("/dashboard/usage");
    const balance = within(await screen.findByRole("region", { name: "Credits this period" }));
    expect(balance.getByText(/Mailboxes for single use have no free credits\. Choose a plan/)).toBeVisible();
    expect(balance.queryByText(/You have used all/)).toBeNull();
  });
});
