import { useEffect } from "react";

/** Sets the title of the tab: "Create · Maquette". */
export function useDocumentTitle(title: string) {
  useEffect(() => {
    document.title = `${title} · Maquette`;
  }, [title]);
}
