import { Link, Outlet, useMatches } from "@tanstack/react-router";

import { useSession } from "@/auth/session";
import { Mark } from "@/components/ui/mark";
import { SkipLink } from "@/components/ui/skip-link";
import { useNarrow } from "@/lib/use-narrow";

import { AccountMenu } from "./account-menu";
import { BlockBanner } from "./block-banner";
import { CreditsLeft } from "./credits-left";
import { KeyboardHelp } from "./keyboard-help";
import { PAGES } from "./navigation";
import { OfflineBanner } from "./offline-banner";
import { RunMark, RunWatch } from "./run-watch";

/** The frame of every page for signed-in people: a rail from 720 px; on a phone a bar above and tabs below. */
export function Shell() {
  const session = useSession();
  // The route's guard is about to redirect to the sign-in page.
  if (session.status !== "signed-in") return null;
  // A key per person, so that no state of the person before is kept.
  return <Frame key={session.user.id} />;
}

function Frame() {
  const narrow = useNarrow();
  return (
    <div className="min-h-dvh print:block! tablet:grid tablet:grid-cols-[var(--rail)_minmax(0,1fr)]">
      <SkipLink />
      {narrow ? <TopBar /> : <Rail />}
      <div className="flex min-w-0 flex-col max-tablet:pb-[calc(var(--tabs)+env(safe-area-inset-bottom))]">
        <OfflineBanner />
        <BlockBanner />
        <main id="main" tabIndex={-1} className="min-w-0 grow outline-none">
          <Outlet />
        </main>
      </div>
      {narrow && <Tabs />}
      <KeyboardHelp />
      <RunWatch />
    </div>
  );
}

const NAV_ITEM = "grid justify-items-center gap-1 text-11 font-medium text-ink-2";

function Rail() {
  return (
    <aside className="no-scrollbar sticky top-0 flex h-dvh flex-col items-center gap-1 overflow-y-auto border-r border-line px-1.5 py-3.5 print:hidden">
      <Link to="/" aria-label="Maquette, home" className="mb-4">
        <Mark className="size-7" />
      </Link>
      <nav aria-label="Main" className="grid gap-1">
        {PAGES.map(({ to, label, icon: Icon }) => (
          <Link
            key={to}
            to={to}
            className={`${NAV_ITEM} relative w-16 rounded-sm pt-2 pb-3.5 hover:bg-hover aria-[current=page]:bg-press aria-[current=page]:text-ink`}
          >
            <Icon aria-hidden size={18} strokeWidth={1.6} />
            {label}
            {to === "/dashboard/create" && <RunMark className="bottom-0.5" />}
          </Link>
        ))}
      </nav>
      <div className="mt-auto grid shrink-0 justify-items-center gap-2 pt-2">
        <CreditsLeft variant="rail" />
        <AccountMenu side="right" />
      </div>
    </aside>
  );
}

function TopBar() {
  return (
    <header className="sticky top-0 z-20 flex h-(--top) items-center gap-2.5 border-b border-line bg-canvas px-3.5 print:hidden">
      <Link to="/" aria-label="Maquette, home" className="-m-2.5 p-2.5">
        <Mark className="size-6" />
      </Link>
      <span className="grow truncate text-15 font-semibold">{useRouteTitle()}</span>
      <CreditsLeft variant="chip" />
      <AccountMenu side="bottom" />
    </header>
  );
}

/** The title of the page in the bar above it on a phone. */
function useRouteTitle(): string {
  return useMatches({ select: (matches) => matches.at(-1)?.staticData.title }) ?? "Maquette";
}

function Tabs() {
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-20 grid h-[calc(var(--tabs)+env(safe-area-inset-bottom))] auto-cols-fr grid-flow-col border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] print:hidden"
    >
      {PAGES.map(({ to, label, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          className={`${NAV_ITEM} relative content-center pb-3 aria-[current=page]:text-ink aria-[current=page]:before:absolute aria-[current=page]:before:-top-px aria-[current=page]:before:h-0.5 aria-[current=page]:before:w-7 aria-[current=page]:before:bg-ink`}
        >
          <Icon aria-hidden size={18} strokeWidth={1.6} />
          {label}
          {to === "/dashboard/create" && <RunMark className="bottom-1" />}
        </Link>
      ))}
    </nav>
  );
}
