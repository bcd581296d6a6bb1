import { useState, type ReactNode, type SubmitEvent } from "react";

import { authMessage } from "@/auth/messages";
import { useUser } from "@/auth/session";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { toast } from "@/components/ui/toast-store";
import { codeOf, textOf } from "@/lib/form";

import { useChangeEmail, useConfirmEmail } from "../api/use-change-email";

/** The address of the account, and a form to change it. A change that waits for codes is still there after a reload. */
export function EmailSection() {
  const { email, newEmail } = useUser();
  const [asksAnother, setAsksAnother] = useState(false);
  return (
    <>
      <p className="pb-4 text-13 text-ink-2">
        You sign in with <Address>{email}</Address>.
      </p>
      {newEmail === null || asksAnother ? (
        <AskForm
          onAsked={() => {
            setAsksAnother(false);
          }}
        />
      ) : (
        <ConfirmForm
          key={newEmail}
          email={email}
          newEmail={newEmail}
          onOther={() => {
            setAsksAnother(true);
          }}
        />
      )}
    </>
  );
}

function AskForm({ onAsked }: { onAsked: () => void }) {
  const change = useChangeEmail();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = textOf(event.currentTarget, "email");
    change.mutate({ email }, { onSuccess: onAsked });
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

interface ConfirmFormProps {
  email: string;
  newEmail: string;
  onOther: () => void;
}

function ConfirmForm({ email, newEmail, onOther }: ConfirmFormProps) {
  const confirm = useConfirmEmail();
  /** The address that has confirmed already. */
  const [first, setFirst] = useState<string | null>(null);
  const waiting = [newEmail, email].filter((address) => address !== first);

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const token = codeOf(event.currentTarget, "code");
    // Not a callback of mutate(): with the new address in the session, this form is gone by then.
    confirm.mutateAsync({ addresses: waiting, token }).then(
      (confirmed) => {
        if (confirmed === "done") toast("Your email is changed.");
        else setFirst(confirmed.first);
      },
      () => undefined,
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <p role="status" className="text-13 text-ink-2">
        {first === null ? (
          <>
            We sent a code to <Address>{newEmail}</Address>. If <Address>{email}</Address> gets one too, both addresses
            have to confirm. Enter a code here, or open the link in its email.
          </>
        ) : (
          <>
            <Address>{first}</Address> is confirmed. Now enter the code we sent to <Address>{waiting[0]}</Address>, or
            open the link in that email.
          </>
        )}
      </p>
      <TextField
        key={first}
        label="Code"
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        error={confirm.error ? authMessage(confirm.error) : undefined}
      />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="ink" blocked={confirm.isPending}>
          {confirm.isPending ? "Checking" : "Confirm email"}
        </Button>
        <Button variant="ghost" onClick={onOther}>
          Use another email
        </Button>
      </div>
    </form>
  );
}

function Address({ children }: { children: ReactNode }) {
  return <b className="font-medium break-all text-ink">{children}</b>;
}
