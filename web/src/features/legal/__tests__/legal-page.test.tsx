import { screen } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import { FakeBackend } from "@/test/fake-backend";
import { openApp } from "@/test/render-app";

import { blocksOf, isFilledIn } from "../markdown";

beforeEach(() => {
  new FakeBackend();
});

describe("the texts of whoever runs the site", () => {
  it.each([
    ["/terms", "Terms"],
    ["/privacy", "Privacy"],
    ["/contact", "Contact"],
  ])("are public at %s, and say so while they are drafts", async (path, title) => {
    await openApp(path);
    expect(await screen.findByRole("heading", { name: title, level: 1 })).toBeVisible();
    expect(screen.getByText(/^This text is a draft\./)).toBeVisible();
    for (const name of ["Pricing", "Terms", "Privacy", "Contact"]) {
      expect(screen.getAllByRole("link", { name }).length).toBeGreaterThan(0);
    }
  });

  it("say what is kept of a mailbox, and how long", async () => {
    await openApp("/privacy");
    const kept = await screen.findByText(/^A keyed hash of your mailbox/);
    expect(kept.closest("li")).toHaveTextContent(/It is deleted when the month ends\./);
  });

  it("are headings, lists, paragraphs, bold words and addresses, and never markup", () => {
    const text = "## One\n\nWrite to help@a.example or https://a.example/x.\n- **First:** <b>1</b>\n- Second\n";
    expect(blocksOf(text)).toEqual([
      { kind: "heading", spans: [{ kind: "text", text: "One" }] },
      {
        kind: "paragraph",
        spans: [
          { kind: "text", text: "Write to " },
          { kind: "mail", text: "help@a.example" },
          { kind: "text", text: " or " },
          { kind: "link", text: "https://a.example/x" },
          { kind: "text", text: "." },
        ],
      },
      {
        kind: "list",
        items: [
          [
            { kind: "bold", text: "First:" },
            { kind: "text", text: " <b>1</b>" },
          ],
          [{ kind: "text", text: "Second" }],
        ],
      },
    ]);
    expect([isFilledIn("of Example Ltd."), isFilledIn("of [company].")]).toEqual([true, false]);
  });
});
