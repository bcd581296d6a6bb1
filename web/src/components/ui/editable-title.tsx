import { cx } from "class-variance-authority";
import { Pencil } from "lucide-react";
import { useRef, useState } from "react";

import { isEnter } from "@/lib/keys";

import { inputStyle } from "./field";
import { IconButton } from "./icon-button";

interface EditableTitleProps {
  title: string;
  /** The name of the field: "Title", "Name of the collection". */
  label: string;
  maxLength: number;
  className?: string;
  /** Called with the new text, if it differs from the old one. */
  onChange: ((title: string) => void) | null;
}

/** The heading of a page that can be renamed: Enter or leaving the field saves, Escape keeps the old name. */
export function EditableTitle({ title, label, maxLength, className, onChange }: EditableTitleProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const button = useRef<HTMLButtonElement>(null);

  const close = () => {
    setTyped(null);
    // The field disappears with the next paint; the focus returns to the element that had it before.
    requestAnimationFrame(() => button.current?.focus());
  };
  const save = () => {
    const next = typed?.trim();
    if (next && next !== title) onChange?.(next);
    setTyped(null);
  };
  if (typed !== null) {
    return (
      <>
        <h1 className="sr-only">{title}</h1>
        <input
          aria-label={label}
          // The person opened this field in order to type.
          // eslint-disable-next-line jsx-a11y/no-autofocus
          autoFocus
          value={typed}
          maxLength={maxLength}
          onFocus={(event) => event.target.select()}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={save}
          onKeyDown={(event) => {
            if (isEnter(event)) {
              save();
              close();
            } else if (event.key === "Escape") {
              event.stopPropagation();
              close();
            }
          }}
          className={cx(inputStyle, "min-w-0 grow font-semibold")}
        />
      </>
    );
  }
  return (
    <div className="flex min-w-0 grow items-start gap-1">
      <h1 className={cx("min-w-0 font-semibold break-words", className)}>{title}</h1>
      {onChange && (
        <IconButton
          ref={button}
          label="Rename"
          variant="ghost"
          size="sm"
          className="-mt-0.5 touch:-my-2"
          onClick={() => setTyped(title)}
        >
          <Pencil aria-hidden size={15} strokeWidth={1.6} />
        </IconButton>
      )}
    </div>
  );
}
