import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { useDropAndPaste } from "../hooks/use-drop-and-paste";

const PICTURE = new File(["x"], "image.png", { type: "image/png" });

function Page({ onFile, onLink = vi.fn() }: { onFile: (file: File) => void; onLink?: () => void }) {
  useDropAndPaste({ onFile, onLink });
  return (
    <>
      <textarea aria-label="Prompt" />
      <button type="button">Elsewhere</button>
    </>
  );
}

function clipboard(types: string[]) {
  return { clipboardData: { types, files: [PICTURE] } };
}

describe("photo F4: what is pasted", () => {
  it.each([
    ["words with a picture of them, in a text field, are words", "textbox", ["text/plain", "text/html", "Files"], 0],
    ["words with a picture of them, elsewhere, are the picture", "button", ["text/plain", "text/html", "Files"], 1],
    ["a picture alone is a photo, in a text field too", "textbox", ["Files"], 1],
  ])("%s", (_name, role, types, taken) => {
    const onFile = vi.fn();
    render(<Page onFile={onFile} />);

    const wentOn = fireEvent.paste(screen.getByRole(role), clipboard(types));

    expect(onFile).toHaveBeenCalledTimes(taken);
    // Not prevented: the browser inserts the text into the field.
    expect(wentOn).toBe(taken === 0);
  });
});

describe("photo D3: what is dropped", () => {
  it.each([
    ["a file is a photo", "button", ["Files"], { taken: 1, told: 0 }],
    [
      "a picture of another page that comes with its file is a photo",
      "button",
      ["text/uri-list", "Files"],
      { taken: 1, told: 0 },
    ],
    [
      "a picture of another page without a file is not opened in place of the page",
      "button",
      ["text/uri-list", "text/html"],
      { taken: 0, told: 1 },
    ],
    ["an address is for the text field under it", "textbox", ["text/uri-list"], { taken: 0, told: 0 }],
    ["words are left to the browser", "button", ["text/plain"], { taken: 0, told: 0 }],
  ])("%s", (_name, role, types, { taken, told }) => {
    const [onFile, onLink] = [vi.fn(), vi.fn()];
    render(<Page onFile={onFile} onLink={onLink} />);
    const dataTransfer = { types, files: types.includes("Files") ? [PICTURE] : [] };

    const wentOn = [fireEvent.dragOver, fireEvent.drop].map((fire) => fire(screen.getByRole(role), { dataTransfer }));

    expect([onFile.mock.calls.length, onLink.mock.calls.length]).toEqual([taken, told]);
    expect(wentOn).toEqual(Array(2).fill(taken + told === 0));
  });
});
