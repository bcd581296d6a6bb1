import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";

import { ALICE, authRefused, FakeBackend, sessionOf } from "@/test/fake-backend";
import { openApp } from "@/test/render-app";

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend()
    .on("POST /auth/v1/recover", () => Response.json({}))
    .on("POST /auth/v1/verify", () => Response.json(sessionOf(ALICE)))
    .on("GET /auth/v1/user", () => Response.json(sessionOf(ALICE).user))
    .on("PUT /auth/v1/user", () => Response.json(sessionOf(ALICE).user));
});

async function setPassword(user: Awaited<ReturnType<typeof openApp>>) {
  await user.type(await screen.findByLabelText("New password"), "a new password");
  await user.click(screen.getByRole("button", { name: "Set new password" }));
}

describe("a forgotten password", () => {
  it("is replaced with the code of the mail; other devices are signed out", async () => {
    const user = await openApp("/reset-password");
    await user.type(await screen.findByLabelText("E-mail"), ALICE.email);
    await user.click(screen.getByRole("button", { name: "Send reset link" }));
    await user.type(await screen.findByLabelText("Code"), "123456");
    await user.click(screen.getByRole("button", { name: "Continue" }));
    await setPassword(user);
    expect(await screen.findByText(/Your new password is set/)).toBeVisible();
    expect(backend.requests("POST /auth/v1/verify")[0]?.body).toMatchObject({ type: "recovery", token: "123456" });
    expect(backend.requests("PUT /auth/v1/user")[0]?.body).toMatchObject({ password: "a new password" });
    expect(backend.requests("POST /auth/v1/logout")).toHaveLength(1);
  });

  it("is replaced through the link of the mail, wherever it lands", async () => {
    const { access_token, refresh_token, expires_at } = sessionOf(ALICE);
    const fragment = new URLSearchParams({
      access_token,
      refresh_token,
      expires_in: "3600",
      expires_at: String(expires_at),
      token_type: "bearer",
      type: "recovery",
    });
    const user = await openApp(`/#${fragment.toString()}`);
    await setPassword(user);
    expect(await screen.findByText(/Your new password is set/)).toBeVisible();
    expect(window.location.pathname).toBe("/reset-password");
    expect(window.location.hash).toBe("");
  });

  it("needs another code where Auth wants to be sure", async () => {
    backend
      .on("PUT /auth/v1/user", ({ body }) => {
        const { nonce } = body as { nonce?: string };
        if (!nonce) return authRefused(400, "reauthentication_needed");
        if (nonce !== "654321") return authRefused(422, "reauthentication_not_valid");
        return Response.json(sessionOf(ALICE).user);
      })
      .on("GET /auth/v1/reauthenticate", () => Response.json({}));
    const user = await openApp("/reset-password");
    await user.type(await screen.findByLabelText("E-mail"), ALICE.email);
    await user.click(screen.getByRole("button", { name: "Send reset link" }));
    await user.type(await screen.findByLabelText("Code"), "123456");
    await user.click(screen.getByRole("button", { name: "Continue" }));
    await setPassword(user);
    await user.type(await screen.findByLabelText("Code"), "000000");
    await user.click(screen.getByRole("button", { name: "Set new password" }));
    expect(await screen.findByText("This code is wrong or has expired. Ask for a new one.")).toBeVisible();
    expect(screen.getByLabelText("Code")).toBeInvalid();
    await user.click(screen.getByRole("button", { name: "Send again" }));
    await waitFor(() => {
      expect(backend.requests("GET /auth/v1/reauthenticate")).toHaveLength(2);
    });
    await user.clear(screen.getByLabelText("Code"));
    await user.type(screen.getByLabelText("Code"), "654321");
    await user.click(screen.getByRole("button", { name: "Set new password" }));
    await waitFor(() => {
      expect(screen.getByText(/Your new password is set/)).toBeVisible();
    });
  });
});
