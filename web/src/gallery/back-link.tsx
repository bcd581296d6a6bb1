import { Link, useLocation, useRouter, type LinkProps } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";

import { buttonStyle } from "@/components/ui/button";

declare module "@tanstack/react-router" {
  interface HistoryState {
    /** The name of the list, or of the page, that one came from: going back leads there, as it was left. */
    backTo?: string;
  }
}

/** What the entry before this one in the history is called, when it is the place to go back to; and how to go there. */
export function useBack() {
  const router = useRouter();
  const backTo = useLocation({ select: ({ state }) => state.backTo });
  return backTo === undefined ? null : { name: backTo, go: () => router.history.back() };
}

interface BackLinkProps extends Pick<LinkProps, "to" | "params"> {
  /** Where it leads for who came from elsewhere. */
  name: string;
}

/** Back to the list one came from, with its search, its order and the place on it. */
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
