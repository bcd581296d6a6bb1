import { cx } from "class-variance-authority";
import { CircleAlert } from "lucide-react";
import { useId, type ComponentProps, type ReactNode } from "react";

interface FieldProps {
  label: ReactNode;
  /** At the right end of the label: a value, a note. */
  aside?: ReactNode;
  /** Below the control: what to enter. */
  hint?: ReactNode;
  /** Why the value is refused. */
  error?: string;
  className?: string;
}

interface ControlIds {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

/** Label, control, hint and error of one value, connected for screen readers. */
export function Field({
  label,
  aside,
  hint,
  error,
  className,
  children,
}: FieldProps & { children: (control: ControlIds) => ReactNode }) {
  const id = useId();
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div className={cx("grid gap-1.5", className)}>
      <div className="flex min-h-4.5 items-baseline justify-between gap-2 text-12 text-ink-2">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {aside}
      </div>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      {error && (
        <p id={`${id}-error`} className="flex gap-1.5 text-12 text-danger">
          <CircleAlert aria-hidden size={15} strokeWidth={1.6} className="mt-px shrink-0" />
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-12 text-ink-3">
          {hint}
        </p>
      )}
    </div>
  );
}

/** A group label for controls that are not one input (segmented, picture lists). */
export function GroupField({
  label,
  aside,
  className,
  children,
}: Omit<FieldProps, "hint" | "error"> & { children: (labelId: string) => ReactNode }) {
  const id = useId();
  return (
    <div className={cx("grid gap-1.5", className)}>
      <div className="flex min-h-4.5 items-baseline justify-between gap-2 text-12 text-ink-2">
        <span id={id} className="font-medium">
          {label}
        </span>
        {aside}
      </div>
      {children(id)}
    </div>
  );
}

/** The style of all text inputs. 16 px on touch devices, so that phones do not zoom. */
export const inputStyle = cx(
  "w-full rounded-sm border border-line-strong bg-surface px-[11px] py-2 text-13 touch:text-[1rem]",
  "placeholder:text-ink-3 focus:outline-2 focus:-outline-offset-1 focus:outline-ink aria-invalid:border-danger",
);

type InputProps = FieldProps & Omit<ComponentProps<"input">, "id">;

export function TextField({ label, aside, hint, error, className, ...input }: InputProps) {
  return (
    <Field label={label} aside={aside} hint={hint} error={error} className={className}>
      {(control) => <input {...input} {...control} className={cx(inputStyle, "min-h-(--tap)")} />}
    </Field>
  );
}

type AreaProps = FieldProps & Omit<ComponentProps<"textarea">, "id">;

export function TextArea({ label, aside, hint, error, className, ...area }: AreaProps) {
  return (
    <Field label={label} aside={aside} hint={hint} error={error} className={className}>
      {(control) => <textarea {...area} {...control} className={cx(inputStyle, "resize-none")} />}
    </Field>
  );
}
