import { Link, useSearch } from "@tanstack/react-router";
import type { SubmitEvent } from "react";

import { authMessage } from "@/auth/messages";
import { MIN_PASSWORD } from "@/auth/password-rules";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { PasswordField } from "@/components/ui/password-field";
import { textOf } from "@/lib/form";

import { usePasswordSignIn, useSendCode, useSignUp } from "../api/use-sign-in";

export type Mode = "sign-in" | "sign-up";

interface SignInFormProps {
  mode: Mode;
  email: string;
  onEmail: (email: string) => void;
  onCodeSent: () => void;
}

/** E-mail and password, or e-mail and a code: one form for old and new accounts. */
export function SignInForm({ mode, email, onEmail, onCodeSent }: SignInFormProps) {
  const { next } = useSearch({ from: "/sign-in" });
  const signIn = usePasswordSignIn();
  const signUp = useSignUp();
  const sendCode = useSendCode();
  const byPassword = mode === "sign-in" ? signIn : signUp;
  const pending = byPassword.isPending || sendCode.isPending;
  const error = byPassword.error ?? sendCode.error;

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (pending) return;
    sendCode.reset();
    const password = textOf(event.currentTarget, "password");
    byPassword.mutate(
      { email, password },
      {
        onSuccess: (outcome) => {
          if (outcome === "code-sent") onCodeSent();
        },
      },
    );
  };
  const mailCode = (form: HTMLFormElement | null) => {
    const field = form?.elements.namedItem("email");
    // The form is not validated: only the address matters here, the password may be empty.
    if (pending || !(field instanceof HTMLInputElement) || !field.reportValidity()) return;
    byPassword.reset();
    sendCode.mutate({ email }, { onSuccess: onCodeSent });
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      {error && (
        <Notice tone="danger" live>
          {authMessage(error)}
        </Notice>
      )}
      <TextField
        label="E-mail"
        name="email"
        type="email"
        autoComplete="email"
        required
        value={email}
        onChange={(event) => {
          onEmail(event.target.value);
        }}
      />
      {mode === "sign-in" ? (
        <div className="grid gap-1">
          <PasswordField label="Password" name="password" autoComplete="current-password" required />
          <Link
            to="/reset-password"
            search={next ? { next } : {}}
            className="inline-flex min-h-6 items-center justify-self-start text-12 text-ink-2 underline underline-offset-3 hover:text-ink touch:min-h-11"
          >
            Forgot your password?
          </Link>
        </div>
      ) : (
        <PasswordField
          label="Password"
          name="password"
          autoComplete="new-password"
          required
          minLength={MIN_PASSWORD}
          hint={`At least ${String(MIN_PASSWORD)} characters.`}
        />
      )}
      <div className="grid gap-2 pt-1">
        <Button type="submit" variant="ink" size="lg" blocked={pending}>
          {submitLabel(mode, byPassword.isPending)}
        </Button>
        <Button
          size="lg"
          blocked={pending}
          onClick={(event) => {
            mailCode(event.currentTarget.form);
          }}
        >
          {sendCode.isPending ? "Sending the code" : "E-mail me a code instead"}
        </Button>
      </div>
      <p className="text-12 text-ink-3">
        {mode === "sign-up" ? "By creating an account" : "With an account"} you agree to the{" "}
        <Link to="/terms" className="underline underline-offset-3 hover:text-ink">
          Terms
        </Link>
        . What we store about you is under{" "}
        <Link to="/privacy" className="underline underline-offset-3 hover:text-ink">
          Privacy
        </Link>
        .
      </p>
    </form>
  );
}

function submitLabel(mode: Mode, pending: boolean): string {
  if (mode === "sign-in") return pending ? "Signing in" : "Sign in";
  return pending ? "Creating the account" : "Create account";
}
