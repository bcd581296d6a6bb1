/** The first element that Tab reaches: it skips the part that every page repeats. */
export function SkipLink() {
  return (
    <a
      href="#main"
      className="fixed top-2 left-2 z-50 -translate-y-16 rounded-sm bg-ink px-4 py-2.5 font-medium text-canvas focus:translate-y-0"
    >
      Skip to content
    </a>
  );
}
