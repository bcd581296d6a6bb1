import { act, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { ALICE, authRefused, BOB, FakeBackend, sessionOf, storeSession } from "@/test/fake-backend";
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

  it("says that the address has an account, where Auth invents a person without identities", async () => {
    backend.on("POST /auth/v1/signup", () => Response.json({ ...sessionOf(BOB).user, identities: [] }));
    const user = await openApp("/sign-in?mode=sign-up");
    await user.type(await email(), ALICE.email);
    await user.type(password(), "correct horse");
    await user.click(press("Create account"));
    expect(await screen.findByRole("alert")).toHaveTextContent("There is an account with this e-mail.");
    expect(screen.queryByLabelText("Code")).toBeNull();
  });
});

describe("a clock that is an hour fast", () => {
  it("does not renew the token with every request", async () => {
    // Auth's clock is right: for this device the token that it gives has ended already.
    const session = { ...sessionOf(ALICE), expires_at: Math.floor(Date.now() / 1000) };
    backend.on("POST /auth/v1/token", () => Response.json(session));
    const user = await openApp("/sign-in?next=%2Fdashboard%2Faccount");
    await user.type(await email(), ALICE.email);
    await user.type(password(), "correct horse");
    await user.click(press("Sign in"));
    expect(await screen.findByRole("heading", { name: "Account settings" })).toBeVisible();
    await waitFor(() => {
      expect(backend.calls.filter((call) => call.path.startsWith("/api/v1/") && call.token).length).toBeGreaterThan(2);
    });
    expect(backend.requests("POST /auth/v1/token")).toHaveLength(1);
  });
});

describe("a link of a mail", () => {
  it("leads back to where the person wanted to go", async () => {
    backend
      .on("POST /auth/v1/otp", () => Response.json({}))
      .on("POST /auth/v1/signup", () => Response.json(sessionOf(ALICE).user))
      .on("POST /auth/v1/recover", () => Response.json({}));
    const next = "/dashboard/renders?q=oak&sort=oldest";
    const wanted = (page: string) => `http://localhost:3000${page}?next=${encodeURIComponent(next)}`;
    const redirect = (route: string) => backend.requests(route)[0]?.query.get("redirect_to");
    const user = await openApp(`/sign-in?next=${encodeURIComponent(next)}`);
    await user.type(await email(), ALICE.email);
    await user.click(press("E-mail me a code instead"));
    await user.click(await screen.findByRole("button", { name: "Use another e-mail" }));
    await user.click(press("Create an account"));
    await user.type(password(), "correct horse");
    await user.click(press("Create account"));
    await user.click(await screen.findByRole("button", { name: "Use another e-mail" }));
    await user.click(press("Sign in"));
    await user.click(await screen.findByRole("link", { name: "Forgot your password?" }));
    await screen.findByRole("heading", { name: "Reset your password" });
    await user.type(await email(), ALICE.email);
    await user.click(press("Send reset link"));
    await screen.findByLabelText("Code");
    expect(redirect("POST /auth/v1/otp")).toBe(wanted("/sign-in"));
    expect(redirect("POST /auth/v1/signup")).toBe(wanted("/sign-in"));
    expect(redirect("POST /auth/v1/recover")).toBe(wanted("/reset-password"));
  });

  it.each(["/sign-in?next=%2Fdashboard%2Faccount", "/reset-password", "/dashboard/account"])(
    "that was used already is explained at %s, and the page that was wanted stays",
    async (page) => {
      await openApp(`${page}#error=access_denied&error_code=otp_expired&error_description=Email+link+is+invalid&sb=`);
      expect(await screen.findByText("This link does not work any more. Ask for a new one.")).toBeVisible();
      expect(window.location.hash).toBe("");
      if (page !== "/reset-password") expect(window.location.search).toBe("?next=%2Fdashboard%2Faccount");
    },
  );

  it("that was used already is explained to who is signed in, on their page", async () => {
    storeSession(ALICE);
    await openApp("/sign-in?next=%2Fdashboard%2Faccount#error=access_denied&error_code=otp_expired&sb=");
    await waitFor(() => {
      expect(screen.getByText("This link does not work any more. Ask for a new one.")).toBeVisible();
    });
    expect(window.location.pathname).toBe("/dashboard/account");
  });

  it("that was the first of two says that the other is needed", async () => {
    await openApp("/dashboard/account#message=Confirmation+link+accepted.+Please+proceed&sb=");
    expect(
      await screen.findByText(/^This address is confirmed\. Now open the link in the email to your other/),
    ).toBeVisible();
  });

  it("that was used already is explained", async () => {
    await openApp("/#error=access_denied&error_code=otp_expired&error_description=Email+link+is+invalid");
    expect(await screen.findByText("This link does not work any more. Ask for a new one.")).toBeVisible();
  });
});
