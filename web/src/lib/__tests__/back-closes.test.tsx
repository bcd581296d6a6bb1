import { render, renderHook, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

/** A page with one layer less or more, on a touch screen. */
async function phone() {
  const media = { matches: true, addEventListener: vi.fn(), removeEventListener: vi.fn() };
  vi.spyOn(window, "matchMedia").mockReturnValue(media as unknown as MediaQueryList);
  return (await import("../back-closes")).useBackCloses;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("Back", () => {
  beforeEach(() => {
    vi.restoreAllMocks();
    window.history.pushState(null, "", "/page");
  });

  it("closes the topmost layer and stays on the page", async () => {
    const useBackCloses = await phone();
    const closed: string[] = [];
    const below = renderHook(() => useBackCloses(true, () => closed.push("viewer")));
    const above = renderHook(() => useBackCloses(true, () => closed.push("dialog")));
    await settled();
    window.history.back();
    await waitFor(() => expect(closed).toEqual(["dialog"]));
    above.unmount();
    await settled();
    window.history.back();
    await waitFor(() => expect(closed).toEqual(["dialog", "viewer"]));
    below.unmount();
    await settled();
    expect(window.location.pathname).toBe("/page");
    expect(window.history.state).toBeNull();
  });

  it("needs one step for a page whose layer was closed by its button", async () => {
    const useBackCloses = await phone();
    const close = vi.fn();
    const layer = renderHook(({ open }) => useBackCloses(open, close), { initialProps: { open: true } });
    await settled();
    expect(window.history.state).toEqual({ layer: 1 });
    layer.rerender({ open: false });
    await waitFor(() => expect(window.history.state).toBeNull());
    expect(close).not.toHaveBeenCalled();
  });

  it("keeps one entry when a layer opens as another closes", async () => {
    const useBackCloses = await phone();
    const Layer = () => {
      useBackCloses(true, vi.fn());
      return null;
    };
    const page = render(<Layer key="menu" />);
    await settled();
    const before = window.history.length;
    page.rerender(<Layer key="dialog" />);
    await settled();
    expect(window.history.state).toEqual({ layer: 1 });
    expect(window.history.length).toBe(before);
    page.unmount();
    await settled();
  });

  it("leaves the page under a layer from which a link was followed", async () => {
    const useBackCloses = await phone();
    const layer = renderHook(() => useBackCloses(true, vi.fn()));
    await settled();
    window.history.pushState(null, "", "/other");
    layer.unmount();
    await settled();
    expect(window.location.pathname).toBe("/other");
    window.history.back();
    // The entry of the layer is passed over.
    await waitFor(() => expect([window.location.pathname, window.history.state]).toEqual(["/page", null]));
  });
});
