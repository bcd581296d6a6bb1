import { Link, useLocation, useRouter, type LinkProps } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";

import { buttonStyle } from "@/components/ui/button";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** The name of the list or page before this one, for the link back to it. */
    backTo?: string;
  }
}

/** The name of the previous history entry, if the link leads back to it, and a function that goes there. */
export function useBack() {
  const router = useRouter();
  const backTo = useLocation({ select: ({ state }) => state.backTo });
  return backTo === undefined ? null : { name: backTo, go: () => router.history.back() };
}

interface BackLinkProps extends Pick<LinkProps, "to" | "params"> {
  /** The link's target for people who came from elsewhere. */
  name: string;
}

/** Leads back to the list before, with its search, its order and its scroll position. */
export function BackLink({ name, ...elsewhere }: BackLinkProps) {
  const back = useBack();
  return (
    <Link
      {...elsewhere}
      onClick={(event) => {
        if (!back || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        back.go();
      }}
      className={buttonStyle({ variant: "ghost" })}
    >
      <ChevronLeft aria-hidden size={15} strokeWidth={1.6} />
      <span className="max-w-40 truncate max-tablet:max-w-28">{back?.name ?? name}</span>
    </Link>
  );
}
