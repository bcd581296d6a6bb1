import { screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import { ALICE, FakeBackend, ok, storeSession, USAGE } from "@/test/fake-backend";
import { CONFIG } from "@/test/fixtures";
import { openApp } from "@/test/render-app";

const price = (interval: string, cents: number) => ({ interval, cents, currency: "eur" });
const PLANS = [
  { id: "free", name: "Free", monthly_credits: 40, max_variants: 2, prices: [], features: ["2 variants a render"] },
  {
    id: "pro",
    name: "Pro",
    monthly_credits: 200,
    max_variants: 4,
    prices: [price("month", 1400), price("year", 13_440)],
    features: ["4 variants a render"],
  },
  {
    id: "studio",
    name: "Studio",
    monthly_credits: 1000,
    max_variants: 4,
    prices: [price("month", 4900), price("year", 47_040)],
    features: ["4 variants a render"],
  },
];
const prices = [1, 2, 2, 4];
const PRESETS = prices.map((credits, index) => ({
  ...CONFIG.presets[0],
  id: `preset-${index}`,
  name: `Preset ${index}`,
  credits,
}));

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend().on("GET /api/v1/config", () => ok({ ...CONFIG, plans: PLANS, presets: PRESETS }));
});

const card = async (name: string) => {
  const heading = await screen.findByRole("heading", { name });
  const found = heading.closest("article");
  if (!found) throw new Error(`no card of ${name}`);
  return within(found);
};

describe("pricing", () => {
  it("says what plans cost, by the month or the year, and what a picture costs", async () => {
    const user = await openApp("/pricing");
    const pro = await card("Pro");
    expect(pro.getByText("€14")).toBeVisible();
    expect(pro.getByText("Recommended")).toBeVisible();
    expect(pro.getByText("€0.14")).toBeVisible();
    expect(pro.getByRole("img", { name: "About 100 of 500 pictures" })).toBeVisible();
    expect((await card("Studio")).getByText("€0.10")).toBeVisible();
    expect(screen.getAllByText("Recommended")).toHaveLength(1);

    await user.click(screen.getByRole("radio", { name: "Yearly, save 20%" }));
    expect(pro.getByText("€11.20")).toBeVisible();
    expect(pro.getByText("€134.40 a year")).toBeVisible();
  });

  it("shows one preset of each price", async () => {
    await openApp("/pricing");
    const rows = within(await screen.findByRole("table"))
      .getAllByRole("row")
      .slice(1);
    expect(
      rows.map((row) =>
        within(row)
          .getAllByRole("cell")
          .map((cell) => cell.textContent),
      ),
    ).toEqual([
      ["1", "€0.07", "€0.05"],
      ["2", "€0.14", "€0.10"],
      ["4", "€0.28", "€0.20"],
    ]);
  });

  it("leads visitors to an account, and from there to the plan", async () => {
    await openApp("/pricing");
    const choose = (await card("Pro")).getByRole("link", { name: "Choose Pro" });
    expect(choose).toHaveAttribute("href", "/sign-in?mode=sign-up&next=%2Fdashboard%2Fusage");
  });

  it("offers no checkout: who is signed in sees the own plan, and Usage for another", async () => {
    storeSession(ALICE);
    backend.on("GET /api/v1/usage", () => ok(USAGE));
    await openApp("/pricing");
    expect(await (await card("Pro")).findByText("Your plan")).toBeVisible();
    const other = (await card("Studio")).getByRole("link", { name: "Change plan under Usage" });
    expect(other).toHaveAttribute("href", "/dashboard/usage");
    expect(screen.queryByRole("link", { name: /Choose/ })).toBeNull();
  });
});
