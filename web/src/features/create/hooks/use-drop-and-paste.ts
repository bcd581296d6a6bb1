import { useEffect, useRef, useState, type DragEvent } from "react";

/** Files that are dropped on an element (spread `target` on it) or pasted anywhere on the page. */
export function useDropAndPaste(onFile: (file: File) => void) {
  const [over, setOver] = useState(false);
  const latest = useRef(onFile);
  useEffect(() => {
    latest.current = onFile;
  });

  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const file = event.clipboardData?.files[0];
      if (!file) return;
      event.preventDefault();
      latest.current(file);
    };
    // A file dropped beside the target would replace the page, and the draft's screen with it.
    const keepPage = (event: Event) => {
      event.preventDefault();
    };
    window.addEventListener("paste", paste);
    window.addEventListener("dragover", keepPage);
    window.addEventListener("drop", keepPage);
    return () => {
      window.removeEventListener("paste", paste);
      window.removeEventListener("dragover", keepPage);
      window.removeEventListener("drop", keepPage);
    };
  }, []);

  const target = {
    onDragOver: (event: DragEvent) => {
      if (event.dataTransfer.types.includes("Files")) setOver(true);
    },
    onDragLeave: (event: DragEvent<HTMLElement>) => {
      if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
    },
    onDrop: (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer.files[0];
      if (file) onFile(file);
    },
  };
  return { over, target };
}
