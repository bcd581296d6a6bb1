import { useEffect, useRef, useState } from "react";

/** Inputs for text. */
const TEXT_INPUTS = ["text", "search", "number", "email", "url", "tel", "password"];

interface DropEvents {
  onFile: (file: File) => void;
  /** A picture or link of another page, which comes without a file. */
  onLink: () => void;
}

/** Handles what is dropped or pasted anywhere on the page. Returns whether something is being dragged over it. */
export function useDropAndPaste({ onFile, onLink }: DropEvents): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef({ onFile, onLink });
  useEffect(() => {
    latest.current = { onFile, onLink };
  });

  useEffect(() => {
    const take = (event: Event, transfer: DataTransfer | null) => {
      const file = transfer?.files[0];
      if (!file) return;
      event.preventDefault();
      latest.current.onFile(file);
    };
    const paste = (event: ClipboardEvent) => {
      // Excel, Word and OneNote add a picture to copied text. In a text field, the text is meant.
      const hasWords = event.clipboardData?.types.includes("text/plain") === true;
      if (hasWords && isTextField(event.target)) return;
      take(event, event.clipboardData);
    };
    // Otherwise the browser would open it in place of the page.
    const drag = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files") && !bringsLink(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      take(event, event.dataTransfer);
      if (event.defaultPrevented || !bringsLink(event)) return;
      event.preventDefault();
      latest.current.onLink();
    };
    window.addEventListener("paste", paste);
    window.addEventListener("dragover", drag);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("paste", paste);
      window.removeEventListener("dragover", drag);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, []);
  return over;
}

/** In a text field, the address is meant. */
function bringsLink(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("text/uri-list") === true && !isTextField(event.target);
}

function isTextField(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement
    ? TEXT_INPUTS.includes(target.type)
    : target instanceof HTMLElement && target.isContentEditable;
}
