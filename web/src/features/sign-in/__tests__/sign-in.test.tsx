import { act, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { ALICE, authRefused, FakeBackend, sessionOf } from "@/test/fake-backend";
import { openApp } from "@/test/render-app";

let backend: FakeBackend;

beforeEach(() => {
  backend = new FakeBackend();
});

const email = () => screen.findByLabelText("E-mail");
const password = () => screen.getByLabelText("Password");
const press = (name: string | RegExp) => screen.getByRole("button", { name });

describe("signing in with a password", () => {
  it("leads to where the person wanted to go", async () => {
    backend.on("POST /auth/v1/token", () => Response.json(sessionOf(ALICE)));
    const user = await openApp("/sign-in?next=%2Fdashboard%2Faccount");
    await user.type(await email(), ALICE.email);
    await user.type(password(), "correct horse");
    await user.click(press("Sign in"));
    expect(await screen.findByRole("heading", { name: "Account settings" })).toBeVisible();
    expect(backend.requests("POST /auth/v1/token")[0]?.body).toMatchObject({
      email: ALICE.email,
      password: "correct horse",
    });
  });

  it("I2: never leads to another origin", async () => {
    backend.on("POST /auth/v1/token", () => Response.json(sessionOf(ALICE)));
    const user = await openApp("/sign-in?next=%2F%2Fevil.example%2Fdashboard%2Faccount");
    await user.type(await email(), ALICE.email);
    await user.type(password(), "correct horse");
    await user.click(press("Sign in"));
    await waitFor(() => {
      expect(window.location.href).toBe("http://localhost:3000/dashboard/create");
    });
  });

  it("says in our words why it was refused, and keeps the address", async () => {
    backend.on("POST /auth/v1/token", () => authRefused(400, "invalid_credentials"));
    const user = await openApp("/sign-in");
    await user.type(await email(), ALICE.email);
    await user.type(password(), "wrong");
    await user.click(press("Sign in"));
    expect(await screen.findByRole("alert")).toHaveTextContent("This e-mail and password do not match.");
    expect(await email()).toHaveValue(ALICE.email);
  });
});

describe("signing in with a code", () => {
  it("needs no password, takes the code with spaces, and works for a new account too", async () => {
    backend
      .on("POST /auth/v1/otp", () => Response.json({}))
      .on("POST /auth/v1/verify", () => Response.json(sessionOf(ALICE)));
    const user = await openApp("/sign-in");
    await user.type(await email(), ALICE.email);
    await user.click(press("E-mail me a code instead"));
    await user.type(await screen.findByLabelText("Code"), "123 456");
    await user.click(press("Continue"));
    await waitFor(() => {
      expect(window.location.pathname).toBe("/dashboard/create");
    });
    expect(backend.requests("POST /auth/v1/otp")[0]?.body).toMatchObject({ email: ALICE.email, create_user: true });
    expect(backend.requests("POST /auth/v1/verify")[0]?.body).toMatchObject({ token: "123456", type: "email" });
  });

  it("asks nothing of the server without an address", async () => {
    const user = await openApp("/sign-in");
    await email();
    await user.click(press("E-mail me a code instead"));
    expect(backend.requests("POST /auth/v1/otp")).toEqual([]);
  });

  it("can be tried again after a wrong code", async () => {
    backend
      .on("POST /auth/v1/otp", () => Response.json({}))
      .on("POST /auth/v1/verify", () => authRefused(403, "otp_expired"));
    const user = await openApp("/sign-in");
    await user.type(await email(), ALICE.email);
    await user.click(press("E-mail me a code instead"));
    await user.type(await screen.findByLabelText("Code"), "000000");
    await user.click(press("Continue"));
    expect(await screen.findByText("This code is wrong or has expired. Ask for a new one.")).toBeVisible();
    expect(screen.getByLabelText("Code")).toBeInvalid();
  });

  it("asks for the next code only after a minute", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    backend.on("POST /auth/v1/otp", () => Response.json({}));
    const user = await openApp("/sign-in");
    await user.type(await email(), ALICE.email);
    await user.click(press("E-mail me a code instead"));
    await user.click(await screen.findByRole("button", { name: /Send again in/ }));
    expect(backend.requests("POST /auth/v1/otp")).toHaveLength(1);
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    await user.click(press("Send again"));
    await waitFor(() => {
      expect(backend.requests("POST /auth/v1/otp")).toHaveLength(2);
    });
  });
});

describe("creating an account", () => {
  it("goes on at once where addresses are not confirmed", async () => {
    backend.on("POST /auth/v1/signup", () => Response.json(sessionOf(ALICE)));
    const user = await openApp("/sign-in");
    await email();
    await user.click(press("Create an account"));
    await user.type(await email(), ALICE.email);
    await user.type(password(), "correct horse");
    await user.click(press("Create account"));
    await waitFor(() => {
      expect(window.location.pathname).toBe("/dashboard/create");
    });
  });

  it("asks for the mailed code where they are", async () => {
    backend.on("POST /auth/v1/signup", () => Response.json(sessionOf(ALICE).user));
    const user = await openApp("/sign-in");
    await email();
    await user.click(press("Create an account"));
    await user.type(await email(), ALICE.email);
    await user.type(password(), "correct horse");
    await user.click(press("Create account"));
    expect(await screen.findByLabelText("Code")).toBeVisible();
  });
});

describe("a link of a mail", () => {
  it("that was used already is explained", async () => {
    await openApp("/#error=access_denied&error_code=otp_expired&error_description=Email+link+is+invalid");
    expect(await screen.findByText("This link does not work any more. Ask for a new one.")).toBeVisible();
  });
});
