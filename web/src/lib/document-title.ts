import { useEffect } from "react";

let page = "";
let prefix: string | null = null;

/** Sets the title of the tab: "Create · Maquette". */
export function useDocumentTitle(title: string) {
  useEffect(() => {
    page = title;
    write();
  }, [title]);
}

/** Puts something more important before the title: "60 % · Create · Maquette". null removes it. */
export function useTitlePrefix(words: string | null) {
  useEffect(() => {
    prefix = words;
    write();
    return () => {
      prefix = null;
      write();
    };
  }, [words]);
}

function write() {
  document.title = [prefix, page, "Maquette"].filter(Boolean).join(" · ");
}
