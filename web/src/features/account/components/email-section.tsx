import { useState, type SubmitEvent } from "react";

import { authMessage } from "@/auth/messages";
import { useUser } from "@/auth/session";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { toast } from "@/components/ui/toast-store";
import { codeOf, textOf } from "@/lib/form";

import { useChangeEmail, useConfirmEmail } from "../api/use-change-email";

/** The address of the account, and a form to change it. */
export function EmailSection() {
  const { email } = useUser();
  const [waitingFor, setWaitingFor] = useState<string | null>(null);
  return (
    <>
      <p className="pb-4 text-13 text-ink-2">
        You sign in with <b className="font-medium break-all text-ink">{email}</b>.
      </p>
      {waitingFor === null ? (
        <AskForm onAsked={setWaitingFor} />
      ) : (
        <ConfirmForm
          email={waitingFor}
          onClose={() => {
            setWaitingFor(null);
          }}
        />
      )}
    </>
  );
}

function AskForm({ onAsked }: { onAsked: (email: string) => void }) {
  const change = useChangeEmail();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = textOf(event.currentTarget, "email");
    change.mutate(
      { email },
      {
        onSuccess: () => {
          onAsked(email);
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <TextField
        label="New e-mail"
        name="email"
        type="email"
        autoComplete="email"
        required
        error={change.error ? authMessage(change.error) : undefined}
      />
      <Button type="submit" blocked={change.isPending} className="justify-self-start">
        {change.isPending ? "Sending" : "Change e-mail"}
      </Button>
    </form>
  );
}

function ConfirmForm({ email, onClose }: { email: string; onClose: () => void }) {
  const confirm = useConfirmEmail();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = codeOf(event.currentTarget, "code");
    confirm.mutate(
      { email, token },
      {
        onSuccess: () => {
          toast("Your e-mail is changed.");
          onClose();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <p role="status" className="text-13 text-ink-2">
        We sent an email to <b className="font-medium break-all text-ink">{email}</b>. Enter its code or open its link.
        If an email reaches your old address too, open that link as well.
      </p>
      <TextField
        label="Code"
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        error={confirm.error ? authMessage(confirm.error) : undefined}
      />
      <div className="flex gap-2">
        <Button type="submit" variant="ink" blocked={confirm.isPending}>
          {confirm.isPending ? "Checking" : "Confirm e-mail"}
        </Button>
        <Button variant="ghost" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
