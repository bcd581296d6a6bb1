import { Link, Outlet } from "@tanstack/react-router";

import { buttonStyle } from "@/components/ui/button";
import { Mark } from "@/components/ui/mark";
import { SkipLink } from "@/components/ui/skip-link";

const FOOTER = [
  { to: "/community", name: "Community" },
  { to: "/pricing", name: "Pricing" },
  { to: "/terms", name: "Terms" },
  { to: "/privacy", name: "Privacy" },
  { to: "/contact", name: "Contact" },
] as const;

/** The frame of the pages that visitors see. */
export function SiteLayout() {
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink />
      <header className="mx-auto flex h-17 w-full max-w-[1360px] items-center gap-1 px-4 tablet:px-8">
        <Link to="/" className="flex min-h-(--tap) items-center gap-2.5 text-18 font-semibold">
          <Mark className="size-6" />
          Maquette
        </Link>
        <nav aria-label="Main" className="flex grow items-center justify-end gap-1">
          <Link to="/community" className={buttonStyle({ variant: "ghost", className: "ml-2 max-tablet:hidden" })}>
            Community
          </Link>
          <Link to="/pricing" className={buttonStyle({ variant: "ghost", className: "mr-auto max-tablet:hidden" })}>
            Pricing
          </Link>
          <Link to="/sign-in" className={buttonStyle({ variant: "ghost" })}>
            Sign in
          </Link>
          <Link to="/sign-in" search={{ mode: "sign-up" }} className={buttonStyle({ variant: "ink" })}>
            Start free
          </Link>
        </nav>
      </header>
      <main id="main" tabIndex={-1} className="grow outline-none">
        <Outlet />
      </main>
      <footer className="mx-auto flex w-full max-w-[1360px] flex-wrap items-center gap-x-6 border-t border-line px-4 py-7 text-12 text-ink-2 tablet:px-8">
        <span className="grow max-tablet:basis-full">Maquette</span>
        {FOOTER.map(({ to, name }) => (
          <Link key={to} to={to} className="inline-flex min-h-(--tap) items-center hover:text-ink hover:underline">
            {name}
          </Link>
        ))}
      </footer>
    </div>
  );
}
