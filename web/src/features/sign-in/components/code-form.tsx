import type { AuthError } from "@/auth/messages";
import { useEffect, useState, type SubmitEvent } from "react";

import { authMessage } from "@/auth/messages";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { codeOf } from "@/lib/form";

import { useVerifyCode } from "../api/use-sign-in";

/** Supabase Auth sends one mail a minute to an address. */
const RESEND_AFTER_S = 60;

interface CodeFormProps {
  email: string;
  /** What the code is for: signing in (or confirming a new account), or setting a new password. */
  type: "email" | "recovery";
  onResend: () => Promise<unknown>;
  resendError: AuthError | null;
  onOtherAddress: () => void;
}

/** The form for the code of the mail. The link in the mail works too, in this browser or another. */
export function CodeForm({ email, type, onResend, resendError, onOtherAddress }: CodeFormProps) {
  const verify = useVerifyCode(type);
  const error = verify.error ?? resendError;

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    verify.mutate({ email, token: codeOf(event.currentTarget, "code") });
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <p role="status" className="text-13 text-ink-2">
        We sent a code to <b className="font-medium break-all text-ink">{email}</b>. Enter it here, or open the link in
        the email.
      </p>
      <TextField
        label="Code"
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="[0-9 ]{6,12}"
        title="The digits of the code"
        required
        // The person has just requested this code, so focus its field.
        // eslint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        error={error ? authMessage(error) : undefined}
      />
      <Button type="submit" variant="ink" size="lg" blocked={verify.isPending}>
        {verify.isPending ? "Checking" : "Continue"}
      </Button>
      <div className="-mx-3.5 flex flex-wrap justify-between gap-2">
        <Resend onResend={onResend} />
        <Button variant="ghost" onClick={onOtherAddress}>
          Use another e-mail
        </Button>
      </div>
    </form>
  );
}

function Resend({ onResend }: { onResend: () => Promise<unknown> }) {
  const [seconds, setSeconds] = useState(RESEND_AFTER_S);

  useEffect(() => {
    const timer = setInterval(() => setSeconds((left) => Math.max(0, left - 1)), 1000);
    return () => clearInterval(timer);
  }, []);

  const resend = () => {
    setSeconds(RESEND_AFTER_S);
    void onResend();
  };
  return (
    <Button variant="ghost" blocked={seconds > 0} onClick={resend}>
      {seconds > 0 ? `Send again in ${String(seconds)} s` : "Send again"}
    </Button>
  );
}
