/** The logo: two blocks of a model, one of them yellow. */
export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 28 28" aria-hidden className={className}>
      <path d="M12 3h12v22H12z" className="fill-ink" />
      <path d="M4 13h8v12H4z" className="fill-canary" />
    </svg>
  );
}
