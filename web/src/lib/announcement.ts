import { createStore } from "./store";

const said = createStore(() => "");

/** Lets screen readers say it, through an element that is on every page: one that is new with its text is often not read. */
export const announce = said.set;
export const useAnnounced = said.use;
