import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useRef } from "react";

/** The picture that is open over a page, as it is in the address. */
export interface OpenItemSearch {
  item?: string;
}

/** The search of an address, without invalid values. */
export function parseOpenItem({ item }: Record<string, unknown>): OpenItemSearch {
  return typeof item === "string" ? { item } : {};
}

/** The open picture and functions that change it. Back closes it, and its address opens it again. */
export function useOpenItem(from: "/public/community/$slug" | "/public/s/$token") {
  const { item } = useSearch({ from });
  const navigate = useNavigate({ from: from === "/public/s/$token" ? "/s/$token" : "/community/$slug" });
  const { history } = useRouter();
  /** The history entry before this one is the page without it. */
  const opened = useRef(false);
  const go = (search: OpenItemSearch, replace: boolean) =>
    void navigate({ to: ".", params: true, search, replace, resetScroll: false });
  return {
    item: item ?? null,
    open: (id: string) => {
      opened.current = true;
      go({ item: id }, false);
    },
    show: (id: string) => {
      go({ item: id }, true);
    },
    close: () => {
      if (opened.current) history.back();
      else go({}, true);
      opened.current = false;
    },
  };
}
