import { Link, useSearch } from "@tanstack/react-router";
import { useState, type SubmitEvent } from "react";

import { authMessage, linkSentence } from "@/auth/messages";
import { HOME, safeNext } from "@/auth/safe-next";
import { takeLinkNews, useSession } from "@/auth/session";
import { NewPasswordForm } from "@/auth/new-password-form";
import { Button, buttonStyle } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { Notice } from "@/components/ui/notice";
import { useDocumentTitle } from "@/lib/document-title";

import { useSendRecovery } from "./api/use-sign-in";
import { AuthLayout } from "./components/auth-layout";
import { CodeForm } from "./components/code-form";

/** First requests a mail; its code or link signs in; then the new password is set. */
export function ResetPasswordPage() {
  useDocumentTitle("Reset password");
  return useSession().status === "signed-in" ? <SetPassword /> : <AskForMail />;
}

function SetPassword() {
  const [saved, setSaved] = useState(false);
  const { next } = useSearch({ from: "/reset-password" });
  return (
    <AuthLayout title="Set a new password">
      {saved ? (
        <div className="grid gap-4">
          <Notice tone="ok" live>
            Your new password is set. Other devices are signed out.
          </Notice>
          <Link to={safeNext(next)} className={buttonStyle({ variant: "ink", size: "lg" })}>
            {safeNext(next) === HOME ? "Go to Create" : "Continue"}
          </Link>
        </div>
      ) : (
        <NewPasswordForm
          onSaved={() => {
            setSaved(true);
          }}
        />
      )}
    </AuthLayout>
  );
}

function AskForMail() {
  const [email, setEmail] = useState("");
  const send = useSendRecovery();
  const [sent, setSent] = useState(false);
  const [news] = useState(takeLinkNews);
  const { next } = useSearch({ from: "/reset-password" });

  if (sent) {
    return (
      <AuthLayout title="Check your email">
        <CodeForm
          email={email}
          type="recovery"
          onResend={() => send.mutateAsync({ email }).catch(() => undefined)}
          resendError={send.error}
          onOtherAddress={() => {
            setSent(false);
          }}
        />
      </AuthLayout>
    );
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    send.mutate(
      { email },
      {
        onSuccess: () => {
          setSent(true);
        },
      },
    );
  };
  return (
    <AuthLayout title="Reset your password">
      <form onSubmit={submit} className="grid gap-4">
        {news && <Notice tone="danger">{linkSentence(news)}</Notice>}
        <p className="text-13 text-ink-2">Enter your email. If it has an account, we will send a reset link.</p>
        <TextField
          label="E-mail"
          name="email"
          type="email"
          autoComplete="email"
          required
          value={email}
          onChange={(event) => {
            setEmail(event.target.value);
          }}
          error={send.error ? authMessage(send.error) : undefined}
        />
        <Button type="submit" variant="ink" size="lg" blocked={send.isPending}>
          {send.isPending ? "Sending" : "Send reset link"}
        </Button>
        <Link to="/sign-in" search={next ? { next } : {}} className={buttonStyle({ variant: "ghost" })}>
          Back to sign in
        </Link>
      </form>
    </AuthLayout>
  );
}
