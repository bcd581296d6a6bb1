import { useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { linkSentence } from "@/auth/messages";
import { takeLinkNews, useSession } from "@/auth/session";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { useDocumentTitle } from "@/lib/document-title";

import { useSendCode } from "./api/use-sign-in";
import { AuthLayout } from "./components/auth-layout";
import { CodeForm } from "./components/code-form";
import { SignInForm, type Mode } from "./components/sign-in-form";

export function SignInPage() {
  const { mode: initialMode = "sign-in" } = useSearch({ from: "/sign-in" });
  const [mode, setMode] = useState<Mode>(initialMode);
  const [email, setEmail] = useState("");
  const [waitingForCode, setWaitingForCode] = useState(false);
  const resend = useSendCode();
  const title = mode === "sign-in" ? "Sign in" : "Create an account";
  useDocumentTitle(title);

  if (waitingForCode) {
    return (
      <AuthLayout title="Check your email">
        <CodeForm
          email={email}
          type="email"
          onResend={() => resend.mutateAsync({ email }).catch(() => undefined)}
          resendError={resend.error}
          onOtherAddress={() => {
            setWaitingForCode(false);
          }}
        />
      </AuthLayout>
    );
  }
  return (
    <AuthLayout title={title}>
      <Arrival />
      <SignInForm
        key={mode}
        mode={mode}
        email={email}
        onEmail={setEmail}
        onCodeSent={() => {
          setWaitingForCode(true);
        }}
      />
      <p className="flex items-center gap-1 pt-5 text-13 text-ink-2">
        {mode === "sign-in" ? "New here?" : "Already have an account?"}
        <Button
          variant="ghost"
          onClick={() => {
            setMode(mode === "sign-in" ? "sign-up" : "sign-in");
          }}
        >
          {mode === "sign-in" ? "Create an account" : "Sign in"}
        </Button>
      </p>
    </AuthLayout>
  );
}

/** Why the person was sent here. */
function Arrival() {
  const session = useSession();
  const [news] = useState(takeLinkNews);
  if (news) {
    return (
      <Notice tone={news === "half-confirmed" ? "ok" : "danger"} className="mb-4">
        {linkSentence(news)}
      </Notice>
    );
  }
  if (session.status === "signed-out" && session.reason === "ended") {
    return <Notice className="mb-4">Your session ended. Sign in and you return to this draft.</Notice>;
  }
  return null;
}
