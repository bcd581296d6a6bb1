import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { useDropAndPaste } from "../hooks/use-drop-and-paste";

const PICTURE = new File(["x"], "image.png", { type: "image/png" });

function Page({ onFile }: { onFile: (file: File) => void }) {
  useDropAndPaste(onFile);
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

describe("what is pasted", () => {
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
