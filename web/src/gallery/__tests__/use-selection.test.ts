import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";

import { useSelection } from "../use-selection";

const ORDER = ["a", "b", "c", "d", "e", "f"];

function selection() {
  const { result } = renderHook(() => useSelection(ORDER, "list"));
  return {
    ids: () => result.current.ids,
    toggle: (id: string) => act(() => result.current.toggle(id)),
    extend: (id: string, from = id) => act(() => result.current.extendTo(id, from)),
  };
}

it("drops what a shorter range leaves out", () => {
  const { ids, toggle, extend } = selection();
  toggle("b");
  extend("e");
  expect(ids()).toEqual(["b", "c", "d", "e"]);
  extend("c");
  expect(ids()).toEqual(["b", "c"]);
  extend("a");
  expect(ids()).toEqual(["a", "b"]);
});

it("keeps what was picked before the range began", () => {
  const { ids, toggle, extend } = selection();
  toggle("e");
  toggle("a");
  extend("c");
  expect(ids()).toEqual(["a", "b", "c", "e"]);
  extend("b");
  expect(ids()).toEqual(["a", "b", "e"]);
});

it("begins a range at the picture that the arrow leaves", () => {
  const { ids, extend } = selection();
  extend("c", "b");
  expect(ids()).toEqual(["b", "c"]);
  extend("d", "c");
  extend("c", "d");
  expect(ids()).toEqual(["b", "c"]);
});
