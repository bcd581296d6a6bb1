import { Eye, EyeOff } from "lucide-react";
import { useState, type ComponentProps } from "react";

import { Field, inputStyle } from "./field";
import { IconButton } from "./icon-button";

interface PasswordFieldProps extends Omit<ComponentProps<"input">, "id" | "type"> {
  label: string;
  hint?: string;
  error?: string;
  autoComplete: "current-password" | "new-password";
}

/** A password field with a button that shows the text. */
export function PasswordField({ label, hint, error, ...input }: PasswordFieldProps) {
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <div className="relative">
          <input
            {...input}
            {...control}
            type={shown ? "text" : "password"}
            className={`${inputStyle} min-h-(--tap) pr-12`}
          />
          <IconButton
            label={shown ? "Hide password" : "Show password"}
            variant="ghost"
            className="absolute inset-y-0 right-0"
            onClick={() => {
              setShown(!shown);
            }}
          >
            {shown ? (
              <EyeOff aria-hidden size={15} strokeWidth={1.6} />
            ) : (
              <Eye aria-hidden size={15} strokeWidth={1.6} />
            )}
          </IconButton>
        </div>
      )}
    </Field>
  );
}
