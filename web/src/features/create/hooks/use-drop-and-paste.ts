import { useEffect, useRef, useState } from "react";

/** Inputs for text. */
const TEXT_INPUTS = ["text", "search", "number", "email", "url", "tel", "password"];

/** Handles files that are dropped or pasted anywhere on the page. Returns whether one is being dragged over it. */
export function useDropAndPaste(onFile: (file: File) => void): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(onFile);
  useEffect(() => {
    latest.current = onFile;
  });

  useEffect(() => {
    const take = (event: Event, transfer: DataTransfer | null) => {
      const file = transfer?.files[0];
      if (!file) return;
      event.preventDefault();
      latest.current(file);
    };
    const paste = (event: ClipboardEvent) => {
      // Excel, Word and OneNote add a picture to copied text. In a text field, the text is meant.
      const hasWords = event.clipboardData?.types.includes("text/plain") === true;
      if (hasWords && isTextField(event.target)) return;
      take(event, event.clipboardData);
    };
    // Otherwise the browser would open the file in place of the page.
    const drag = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      setOver(false);
      take(event, event.dataTransfer);
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

function isTextField(target: EventTarget | null): boolean {
  if (target instanceof HTMLTextAreaElement) return true;
  return target instanceof HTMLInputElement
    ? TEXT_INPUTS.includes(target.type)
    : target instanceof HTMLElement && target.isContentEditable;
}
