import { useState, type SubmitEvent } from "react";

import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { PasswordField } from "@/components/ui/password-field";
import { codeOf, textOf } from "@/lib/form";

import { authMessage } from "./messages";
import { MIN_PASSWORD } from "./password-rules";
import { useSendCode, useSetPassword } from "./use-set-password";

/** A new password for the person who is signed in, with the code of a mail if Supabase Auth asks for one. */
export function NewPasswordForm({ onSaved }: { onSaved: () => void }) {
  const [needsCode, setNeedsCode] = useState(false);
  const save = useSetPassword();
  const sendCode = useSendCode();
  const refused = save.error ?? sendCode.error;
  /** What is wrong with the code is said at its field. */
  const isAboutCode = sendCode.error !== null || save.error?.code === "reauthentication_not_valid";
  const reason = refused ? authMessage(refused) : undefined;

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const nonce = codeOf(form, "code");
    save.mutate(
      { password: textOf(form, "password"), nonce: nonce || undefined },
      {
        onSuccess: (outcome) => {
          setNeedsCode(outcome === "code-sent");
          if (outcome === "code-sent") return;
          form.reset();
          onSaved();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      <PasswordField
        label="New password"
        name="password"
        autoComplete="new-password"
        required
        minLength={MIN_PASSWORD}
        hint={`At least ${String(MIN_PASSWORD)} characters. Other devices are signed out.`}
        error={isAboutCode ? undefined : reason}
      />
      {needsCode && (
        <TextField
          label="Code"
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          hint="We sent a code to your email, to be sure that it is you."
          error={isAboutCode ? reason : undefined}
        />
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="ink" blocked={save.isPending}>
          {save.isPending ? "Saving" : "Set new password"}
        </Button>
        {needsCode && (
          <Button
            variant="ghost"
            blocked={sendCode.isPending}
            onClick={() => {
              save.reset();
              sendCode.mutate();
            }}
          >
            {sendCode.isPending ? "Sending" : "Send again"}
          </Button>
        )}
      </div>
    </form>
  );
}
