/** Milliseconds for which a toast is shown. */
export const TOAST_MS = 8000;

/** Bottom centre, above the tabs and above a bar that stays there. */
export const TOAST_PLACE =
  "fixed bottom-[calc(var(--tabs)+var(--bar)+8px+env(safe-area-inset-bottom))] left-1/2 z-50 grid w-max max-w-[min(560px,calc(100vw-16px))] -translate-x-1/2 gap-2 tablet:bottom-[calc(var(--bar)+24px)]";

export const TOAST =
  "flex min-h-11 items-center gap-3 rounded-md bg-float py-1 pr-1 pl-3.5 text-13 text-on-float shadow-2";
