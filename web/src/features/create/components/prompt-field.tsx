import { cx } from "class-variance-authority";
import { History } from "lucide-react";
import { useState, type Ref } from "react";

import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Popover } from "@/components/overlays/popover";

import { promptLength } from "../draft";
import { loadPrompts } from "../prompt-history";

interface PromptFieldProps {
  userId: string;
  value: string;
  onChange: (prompt: string) => void;
  placeholder: string;
  maximum: number;
  /** With a photo, words are not needed. */
  optional: boolean;
  ref?: Ref<HTMLTextAreaElement>;
}

/** The prompt. */
export function PromptField({ userId, value, onChange, placeholder, maximum, optional, ref }: PromptFieldProps) {
  const length = promptLength(value);
  const over = length - maximum;
  return (
    <Field
      label="Describe it"
      aside={optional && <span className="text-ink-3">Optional</span>}
      error={over > 0 ? `${over} too many. The limit is ${maximum} characters.` : undefined}
    >
      {(control) => (
        <div
          className={cx(
            "rounded-sm border bg-surface focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-ink",
            over > 0 ? "border-danger" : "border-line-strong",
          )}
        >
          <textarea
            {...control}
            ref={ref}
            value={value}
            onChange={(event) => onChange(event.target.value)}
            placeholder={placeholder}
            className="field-sizing-content block max-h-64 min-h-18 w-full min-w-0 wrap-anywhere resize-none bg-transparent px-[11px] pt-2 text-13 outline-none placeholder:text-ink-3 touch:text-[1rem]"
          />
          <div className="flex items-center justify-between pr-1 pb-1 pl-[11px]">
            <span
              className={cx("num text-12", over > 0 ? "text-danger" : "text-ink-3")}
            >{`${length} / ${maximum}`}</span>
            <EarlierPrompts userId={userId} onChoose={onChange} />
          </div>
        </div>
      )}
    </Field>
  );
}

function EarlierPrompts({ userId, onChoose }: { userId: string; onChoose: (prompt: string) => void }) {
  // Read when the list opens, because the last generation may have added a prompt.
  const [prompts, setPrompts] = useState<string[] | null>(null);
  return (
    <Popover
      label="Earlier descriptions"
      align="end"
      className="w-80 max-w-[calc(100vw-24px)]"
      open={prompts !== null}
      onOpenChange={(open) => setPrompts(open ? loadPrompts(userId) : null)}
      trigger={
        <Button variant="ghost" size="sm" aria-label="Earlier descriptions" title="Earlier descriptions">
          <History aria-hidden size={15} strokeWidth={1.6} />
        </Button>
      }
    >
      {prompts?.length === 0 && (
        <p className="p-2 text-13 text-ink-2">What you generate with is kept here, on this device.</p>
      )}
      <ul>
        {prompts?.map((prompt) => (
          <li key={prompt}>
            <button
              type="button"
              onClick={() => {
                onChoose(prompt);
                setPrompts(null);
              }}
              className="w-full rounded-sm px-2 py-2 text-left hover:bg-hover touch:py-3"
            >
              <span className="line-clamp-3 text-13">{prompt}</span>
            </button>
          </li>
        ))}
      </ul>
    </Popover>
  );
}
