import { useEffect } from "react";

/**
 * Replaces the package `react-style-singleton` (see the alias in vite.config.ts). The original adds an inline <style>,
 * which a CSP without 'unsafe-inline' forbids; a constructed style sheet is allowed.
 */
export function styleSingleton() {
  let users = 0;
  const sheet = new CSSStyleSheet();

  return function Sheet({ styles, dynamic }: { styles: string; dynamic?: boolean }) {
    useEffect(
      () => {
        if (users === 0) {
          sheet.replaceSync(styles);
          document.adoptedStyleSheets.push(sheet);
        }
        users += 1;
        return () => {
          users -= 1;
          if (users === 0) {
            document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
          }
        };
      },
      // As in the original: the first user's styles stay unless `dynamic` is set.
      // eslint-disable-next-line react-hooks/exhaustive-deps
      [styles && dynamic],
    );
    return null;
  };
}
