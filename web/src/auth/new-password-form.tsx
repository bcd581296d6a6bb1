import { useState, type SubmitEvent } from "react";

import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { PasswordField } from "@/components/ui/password-field";
import { codeOf, textOf } from "@/lib/form";

import { authMessage } from "./messages";
import { MIN_PASSWORD } from "./password-rules";
import { useSetPassword } from "./use-set-password";

/** A new password for the person who is signed in, with the code of a mail if Supabase Auth asks for one. */
export function NewPasswordForm({ onSaved }: { onSaved: () => void }) {
  const [needsCode, setNeedsCode] = useState(false);
  const save = useSetPassword();

  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const nonce = codeOf(form, "code");
    save.mutate(
      { password: textOf(form, "password"), ...(nonce && { nonce }) },
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
        error={save.error ? authMessage(save.error) : undefined}
      />
      {needsCode && (
        <TextField
          label="Code"
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          hint="We sent a code to your e-mail, to be sure that it is you."
        />
      )}
      <Button type="submit" variant="ink" blocked={save.isPending} className="justify-self-start">
        {save.isPending ? "Saving" : "Set new password"}
      </Button>
    </form>
  );
}
