import { useId } from "react";

interface SwitchProps {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

/** On or off; takes effect at once. */
export function Switch({ label, hint, checked, onChange }: SwitchProps) {
  const id = useId();
  return (
    <div className="flex min-h-(--tap) items-center justify-between gap-4">
      <div>
        <label htmlFor={id} className="text-13">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-12 text-ink-3">
            {hint}
          </p>
        )}
      </div>
      <input
        type="checkbox"
        role="switch"
        id={id}
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="relative h-6 w-10 shrink-0 after:absolute after:-inset-2.5 appearance-none rounded-full border border-line-strong bg-sunken before:block before:size-4 before:translate-x-[3px] before:translate-y-[3px] before:rounded-full before:bg-line-strong before:transition-transform checked:border-ink checked:bg-ink checked:before:translate-x-[19px] checked:before:bg-canvas"
      />
    </div>
  );
}
