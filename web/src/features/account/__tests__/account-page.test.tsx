import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { ALICE, authRefused, BOB, FakeBackend, ok, refused, sessionOf, storeSession } from "@/test/fake-backend";
import { openApp } from "@/test/render-app";

const BILLING = {
  plan_id: "pro",
  interval: "month",
  status: "active",
  renews_at: "2026-12-10T00:00:00Z",
  ends_at: null,
  grace_until: null,
  payment_disputed: false,
  can_manage: true,
};

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend().on("GET /api/v1/billing", () => ok(BILLING));
  storeSession(ALICE);
});

const press = (name: string) => screen.findByRole("button", { name });

describe("billing", () => {
  it("says what is paid and when it renews, and opens the portal", async () => {
    const user = await openApp("/dashboard/account");
    expect(await screen.findByText(/paid by the month\. It renews on 10 December\./)).toBeVisible();
    backend.on("POST /api/v1/billing/portal", () => refused(502, "billing_unavailable", "Billing does not answer."));
    await user.click(await press("Cards and invoices"));
    expect(await screen.findByRole("alert")).toHaveTextContent("Billing does not answer.");
  });

  it("offers no portal to those who never paid", async () => {
    backend.on("GET /api/v1/billing", () =>
      ok({ ...BILLING, plan_id: "free", interval: null, status: null, renews_at: null, can_manage: false }),
    );
    await openApp("/dashboard/account");
    expect(await screen.findByRole("link", { name: "Usage and plans" })).toHaveAttribute("href", "/dashboard/usage");
    expect(screen.queryByRole("button", { name: "Cards and invoices" })).toBeNull();
  });
});

describe("the e-mail", () => {
  const NEW = "alice@new.example.com";
  const HALF = {
    msg: "Confirmation link accepted. Please proceed to confirm link sent to the other email",
    code: "200",
  };
  const person = { ...sessionOf(ALICE).user, new_email: NEW };

  /** Auth, where `codes` are good for their address; the change is done once `needed` have been entered. */
  function asksFor(codes: Map<string, string>, needed: number) {
    let entered = 0;
    backend
      .on("GET /auth/v1/user", () => Response.json(person))
      .on("PUT /auth/v1/user", () => Response.json(person))
      .on("POST /auth/v1/verify", ({ body }) => {
        const { email, token } = body as { email: string; token: string };
        if (codes.get(email) !== token) return authRefused(403, "otp_expired");
        codes.delete(email);
        entered += 1;
        return Response.json(entered < needed ? HALF : sessionOf({ ...ALICE, email: NEW }));
      });
  }

  async function ask() {
    const user = await openApp("/dashboard/account");
    await user.type(await screen.findByLabelText("New e-mail"), NEW);
    await user.click(await press("Change e-mail"));
    return user;
  }

  async function enter(user: Awaited<ReturnType<typeof openApp>>, code: string) {
    await user.type(await screen.findByLabelText("Code"), code);
    await user.click(await press("Confirm email"));
  }

  it.each([
    ["the new address first", ["111111", "222222"], ALICE.email],
    ["the old address first", ["222222", "111111"], NEW],
  ])("is changed once both addresses have confirmed, %s", async (_, [first = "", second = ""], other) => {
    asksFor(
      new Map([
        [NEW, "111111"],
        [ALICE.email, "222222"],
      ]),
      2,
    );
    const user = await ask();
    await enter(user, first);
    expect(await screen.findByText(/is confirmed\. Now enter the code we sent to/)).toHaveTextContent(
      `sent to ${other},`,
    );
    expect(screen.getByLabelText("Code")).toHaveValue("");
    expect(screen.queryByText("Your email is changed.")).toBeNull();
    await enter(user, second);
    expect(await screen.findByText("Your email is changed.")).toBeVisible();
    expect(await screen.findByText(NEW)).toBeVisible();
    expect(screen.queryByLabelText("Code")).toBeNull();
  });

  it("is changed by the new address alone where that is enough; a wrong code is refused", async () => {
    asksFor(new Map([[NEW, "111111"]]), 1);
    const user = await ask();
    await enter(user, "999999");
    expect(await screen.findByText("This code is wrong or has expired. Ask for a new one.")).toBeVisible();
    await user.clear(screen.getByLabelText("Code"));
    await enter(user, "111111");
    expect(await screen.findByText("Your email is changed.")).toBeVisible();
  });

  it("still waits for its codes after a reload", async () => {
    localStorage.setItem("maquette.session", JSON.stringify({ ...sessionOf(ALICE), user: person }));
    const user = await openApp("/dashboard/account");
    expect(await screen.findByText(/We sent a code to/)).toHaveTextContent(NEW);
    await user.click(await press("Use another email"));
    expect(screen.getByLabelText("New e-mail")).toBeVisible();
  });
});

describe("the password", () => {
  it("is changed here, and other devices are signed out", async () => {
    backend
      .on("GET /auth/v1/user", () => Response.json(sessionOf(ALICE).user))
      .on("PUT /auth/v1/user", () => Response.json(sessionOf(ALICE).user));
    const user = await openApp("/dashboard/account");
    await user.type(await screen.findByLabelText("New password"), "another password");
    await user.click(await press("Set new password"));
    expect(await screen.findByText("Your new password is set. Other devices are signed out.")).toBeVisible();
    expect(backend.requests("PUT /auth/v1/user")[0]?.body).toMatchObject({ password: "another password" });
    expect(backend.requests("POST /auth/v1/logout")[0]?.query.get("scope")).toBe("others");
    expect(screen.getByLabelText("New password")).toHaveValue("");
  });
});

describe("export", () => {
  it("saves the ZIP under its name", async () => {
    backend.on("GET /api/v1/me/export", () => new Response("PK", { headers: { "Content-Type": "application/zip" } }));
    const saved: string[] = [];
    URL.createObjectURL = () => "blob:zip";
    URL.revokeObjectURL = () => undefined;
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
      saved.push(this.download);
    });
    const user = await openApp("/dashboard/account");
    await user.click(await press("Export my data"));
    await waitFor(() => {
      expect(saved).toEqual(["maquette-export.zip"]);
    });
    expect(backend.requests("GET /api/v1/me/export")[0]?.token).not.toBeNull();
  });
});

describe("deleting the account", () => {
  it("waits until the address is typed, then deletes and signs out", async () => {
    backend.on("DELETE /api/v1/me", () =>
      Response.json({ data: { closed_at: "2026-11-30T12:00:00Z" }, meta: { request_id: "1" } }, { status: 202 }),
    );
    for (const key of [ALICE.id, BOB.id].flatMap((id) => [`maquette.draft.${id}`, `maquette.prompts.${id}`])) {
      localStorage.setItem(key, "[]");
    }
    const user = await openApp("/dashboard/account");
    await user.click(await press("Delete account"));
    await user.type(await screen.findByLabelText(/to confirm$/), "bob@example.com");
    await user.click(await press("Delete permanently"));
    expect(backend.requests("DELETE /api/v1/me")).toEqual([]);

    await user.clear(screen.getByLabelText(/to confirm$/));
    await user.type(screen.getByLabelText(/to confirm$/), ALICE.email);
    await user.click(await press("Delete permanently"));
    expect(await screen.findByLabelText("E-mail")).toBeVisible();
    expect(await screen.findByText(/^Your account is closed\./)).toBeVisible();
    expect(backend.requests("DELETE /api/v1/me")).toHaveLength(1);
    // Nothing of this person stays on the device; the prompts of another person do.
    expect(Object.keys(localStorage).filter((key) => key.includes(ALICE.id))).toEqual([]);
    expect(Object.keys(localStorage).filter((key) => key.includes(BOB.id))).toHaveLength(2);
  });

  it("keeps it when it could not be closed, and says so", async () => {
    backend.on("DELETE /api/v1/me", () => refused(503, "database_unavailable", "We cannot reach your data."));
    const user = await openApp("/dashboard/account");
    await user.click(await press("Delete account"));
    await user.type(await screen.findByLabelText(/to confirm$/), ALICE.email);
    await user.click(await press("Delete permanently"));
    expect(await screen.findByRole("alert")).toHaveTextContent("We cannot reach your data.");
    expect(screen.getByRole("heading", { name: "Account settings", hidden: true })).toBeInTheDocument();
  });
});
