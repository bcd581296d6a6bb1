import { fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import type { View } from "../zoom";
import { useStage, ZoomStage } from "../zoom-stage";

const ZOOMED: View = { scale: 2, x: 200, y: 0 };

/** A frame of 400 × 300. */
beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(private readonly tell: (entries: { contentRect: { width: number; height: number } }[]) => void) {}
      observe = () => this.tell([{ contentRect: { width: 400, height: 300 } }]);
      disconnect = vi.fn();
    },
  );
});

function Stage({ start = { scale: 1, x: 0, y: 0 }, width = 400 }: { start?: View; width?: number }) {
  const [view, setView] = useState<View>(start);
  return <ZoomStage stage={useStage({ src: "a.webp", alt: "A", width, height: 300 }, view, setView)} before={null} />;
}

const picture = () => screen.getByAltText("A");
/** Without what jsdom leaves out when it is 0. */
const transform = () => picture().parentElement?.style.transform.replace("px, 0px)", "px)");

describe("a wheel over a picture", () => {
  it("scrolls the page, with Ctrl zooms, and once zoomed in zooms too", () => {
    render(<Stage />);
    // fireEvent returns false when the default, scrolling, was prevented.
    expect(fireEvent.wheel(picture(), { deltaY: -100 })).toBe(true);
    expect(transform()).toBe("translate(0px) scale(1)");
    expect(fireEvent.wheel(picture(), { deltaY: -100, ctrlKey: true })).toBe(false);
    expect(transform()).not.toContain("scale(1)");
    expect(fireEvent.wheel(picture(), { deltaY: -100 })).toBe(false);
  });

  it("zooms in the viewer, where nothing scrolls", () => {
    render(
      <div data-viewer>
        <Stage />
      </div>,
    );
    expect(fireEvent.wheel(picture(), { deltaY: -100 })).toBe(false);
  });
});

it("a zoomed view has no gap beside the next picture when that is narrower", () => {
  const { unmount } = render(<Stage start={ZOOMED} />);
  expect(transform()).toBe("translate(200px) scale(2)");
  unmount();
  // 240 px wide at scale 1, so 480 px at scale 2: it can be moved by 40 px.
  render(<Stage start={ZOOMED} width={240} />);
  expect(transform()).toBe("translate(40px) scale(2)");
});
