import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, it, onTestFinished, vi } from "vitest";

async function showMenu() {
  const { Menu, MenuItem } = await import("../menu");
  const chosen = vi.fn<(action: string) => void>();
  const user = userEvent.setup();
  render(
    <Menu trigger={<button type="button">More</button>}>
      <MenuItem onSelect={() => chosen("copy")}>Copy</MenuItem>
      <MenuItem onSelect={() => chosen("trash")}>Trash</MenuItem>
    </Menu>,
  );
  return { user, chosen, button: screen.getByRole("button", { name: "More" }) };
}

describe("a menu", () => {
  it("opens at its button, which stays what it was, and gives the focus back to it", async () => {
    const { user, chosen, button } = await showMenu();
    expect(button).toHaveAttribute("aria-expanded", "false");
    await user.click(button);
    const menu = await screen.findByRole("menu", { name: "More" });
    expect(screen.getByText("More")).toBe(button);
    expect(button).toHaveAttribute("aria-controls", menu.id);
    await user.click(screen.getByRole("menuitem", { name: "Copy" }));
    expect(chosen).toHaveBeenCalledExactlyOnceWith("copy");
    await waitFor(() => expect(button).toHaveFocus());
    expect(button).toHaveAttribute("aria-expanded", "false");
  });

  it("closes at the second press of its button", async () => {
    const { user, button } = await showMenu();
    await user.click(button);
    await screen.findByRole("menu");
    await user.click(button);
    await waitFor(() => expect(screen.queryByRole("menu")).not.toBeInTheDocument());
    expect(button).toHaveAttribute("aria-expanded", "false");
  });

  it.each(["{Enter}", " ", "{ArrowDown}"])(
    "opens by %s with the focus on its first action, every time",
    async (key) => {
      const { user, chosen, button } = await showMenu();
      for (const time of [1, 2]) {
        button.focus();
        await user.keyboard(key);
        await waitFor(() => expect(screen.getByRole("menuitem", { name: "Copy" })).toHaveFocus());
        await user.keyboard("{ArrowDown}{Enter}");
        expect(chosen.mock.calls).toEqual(Array(time).fill(["trash"]));
        await waitFor(() => expect(button).toHaveFocus());
      }
    },
  );
});

describe("a popover", () => {
  it("toggles by its button and closes by Escape, which leaves the focus at the button", async () => {
    const { Popover } = await import("../popover");
    const user = userEvent.setup();
    render(
      <Popover label="Credits" trigger={<button type="button">14 left</button>}>
        <button type="button">Usage</button>
      </Popover>,
    );
    const button = screen.getByRole("button", { name: "14 left" });
    await user.click(button);
    await screen.findByRole("dialog", { name: "Credits" });
    expect(button).toHaveAttribute("aria-expanded", "true");
    await user.click(button);
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
    await user.click(button);
    await waitFor(() => expect(screen.getByRole("button", { name: "Usage" })).toHaveFocus());
    await user.keyboard("{Escape}");
    await waitFor(() => expect(button).toHaveFocus());
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  });
});

describe("a tooltip", () => {
  const pass = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

  async function showIcons() {
    const { Tooltips } = await import("../tooltips");
    const { IconButton } = await import("@/components/ui/icon-button");
    vi.useFakeTimers();
    render(
      <>
        <IconButton label="Zoom in" shortcut="+">
          <svg />
        </IconButton>
        <IconButton label="Close">
          <svg />
        </IconButton>
        <Tooltips />
      </>,
    );
  }

  const button = (name: string) => screen.getByRole("button", { name });
  const shown = () => screen.queryByRole("tooltip")?.textContent ?? null;

  it("names the icon under the pointer after a while, the next one at once, and goes when it is pressed", async () => {
    await showIcons();
    fireEvent.pointerOver(button("Zoom in"), { pointerType: "mouse" });
    await pass(399);
    expect(shown()).toBeNull();
    await pass(1);
    expect(shown()).toBe("Zoom in+");
    fireEvent.pointerOver(button("Close"), { pointerType: "mouse" });
    await pass(0);
    expect(shown()).toBe("Close");
    fireEvent.pointerDown(button("Close"), { pointerType: "mouse" });
    await pass(1000);
    expect(shown()).toBeNull();
  });

  it("names the icon that has the focus by a key, until Escape", async () => {
    await showIcons();
    act(() => button("Zoom in").focus());
    await pass(0);
    expect(shown()).toBe("Zoom in+");
    fireEvent.keyDown(button("Zoom in"), { key: "Escape" });
    await pass(0);
    expect(shown()).toBeNull();
  });

  it("leaves a finger alone", async () => {
    await showIcons();
    fireEvent.pointerOver(button("Close"), { pointerType: "touch" });
    await pass(1000);
    expect(shown()).toBeNull();
  });
});

describe("where the code of overlays does not come", () => {
  it("says so, and the next press asks again", async () => {
    const failing = vi.fn(() => Promise.reject(new TypeError("Failed to fetch dynamically imported module")));
    vi.doMock("../panels", failing);
    onTestFinished(() => vi.doUnmock("../panels"));
    const { LazyLayers } = await import("../lazy-layers");
    const { toast } = await import("@/components/ui/toast-store");
    const { user, button } = await showMenu();
    render(<LazyLayers />);
    const undo = vi.fn();
    toast("Moved to trash.", { actions: [{ label: "Undo", run: undo }] });
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    expect(undo).toHaveBeenCalledOnce();
    expect(screen.queryByText("Moved to trash.")).toBeNull();
    await user.click(button);
    await screen.findByText("This did not load. Check your connection, then try again.");
    expect(button).toHaveAttribute("aria-expanded", "false");
    vi.doUnmock("../panels");
    await user.click(button);
    await screen.findByRole("menu");
    // What a menu loaded is there for toasts too.
    expect(await screen.findByRole("region", { name: /^Notification/, hidden: true })).toBeInTheDocument();
  });
});

describe("a toast that is shown before their code is there", () => {
  it("keeps its button, until another toast comes", async () => {
    const { LazyLayers } = await import("../lazy-layers");
    const { loadOverlays } = await import("../use-overlays");
    const { toast } = await import("@/components/ui/toast-store");
    render(<LazyLayers />);
    act(() => toast("Moved to trash.", { actions: [{ label: "Undo", run: vi.fn() }] }));
    const button = screen.getByRole("button", { name: "Undo" });
    await act(loadOverlays);
    expect(button).toBeInTheDocument();
    act(() => toast("Restored."));
    expect(await screen.findByText("Restored.")).toBeVisible();
    expect(screen.getAllByRole("button", { name: "Dismiss" })).toHaveLength(2);
  });
});
