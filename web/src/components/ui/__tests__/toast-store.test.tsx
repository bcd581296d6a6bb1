import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";

it("toasts do not stack without bound: the newest four stay", async () => {
  const { toast, useToasts } = await import("../toast-store");
  const { result } = renderHook(() => useToasts());
  act(() => {
    for (const text of ["1", "2", "3", "4", "5", "6"]) toast(text);
  });
  expect(result.current.map(({ text }) => text)).toEqual(["3", "4", "5", "6"]);
});
