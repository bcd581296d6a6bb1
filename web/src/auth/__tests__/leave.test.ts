import { renderHook, waitFor } from "@testing-library/react";
import { expect, it, onTestFinished, vi } from "vitest";

it("a sign-out whose code does not come is said", async () => {
  vi.doMock("../session", () => ({ signOut: () => Promise.reject(new TypeError("Failed to fetch")) }));
  onTestFinished(() => vi.doUnmock("../session"));
  const { useToasts } = await import("@/components/ui/toast-store");
  const { result } = renderHook(() => useToasts());
  const { leave } = await import("../leave");
  leave();
  await waitFor(() =>
    expect(result.current).toMatchObject([{ text: "You are still signed in. Try again in a moment.", tone: "danger" }]),
  );
});
