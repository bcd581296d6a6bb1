import { cx } from "class-variance-authority";
import { Search, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";

import { useConfig } from "@/api/config";
import { inputStyle } from "@/components/ui/field";
import { useShortcuts } from "@/lib/shortcuts";

interface SearchFieldProps {
  value: string;
  placeholder: string;
  onChange: (value: string) => void;
}

/** Milliseconds without typing before the search starts. */
const PAUSE_MS = 250;

/** Searches titles and prompts while the person types. */
export function SearchField({ value, placeholder, onChange }: SearchFieldProps) {
  const { limits } = useConfig();
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  // The address changed for another reason: Back, or "Clear the search".
  if (value !== known) {
    setKnown(value);
    if (value !== typed.trim()) setTyped(value);
  }

  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    if (typed.trim() === value) return;
    const timer = setTimeout(() => latest.current(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, value]);

  useShortcuts("Renders", [
    {
      keys: "/",
      label: "Search",
      run: () => input.current?.focus(),
    },
  ]);
  return (
    <div role="search" className="relative max-tablet:w-full tablet:w-80">
      <Search aria-hidden size={15} strokeWidth={1.6} className="absolute top-1/2 left-3 -translate-y-1/2 text-ink-3" />
      <input
        ref={input}
        type="search"
        aria-label="Search renders"
        placeholder={placeholder}
        maxLength={limits.search_characters}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || typed === "") return;
          event.stopPropagation();
          setTyped("");
        }}
        className={cx(inputStyle, "min-h-(--tap) px-9! [&::-webkit-search-cancel-button]:hidden")}
      />
      {typed !== "" && (
        <button
          type="button"
          aria-label="Clear the search"
          onClick={() => {
            setTyped("");
            input.current?.focus();
          }}
          className="absolute top-1/2 right-0 grid size-(--tap) -translate-y-1/2 place-items-center text-ink-2"
        >
          <X aria-hidden size={15} strokeWidth={1.6} />
        </button>
      )}
    </div>
  );
}
