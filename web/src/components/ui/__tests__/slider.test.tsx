import { fireEvent, render, screen } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { useState } from "react";
import { expect, it } from "vitest";

async function showStrength() {
  const { Slider } = await import("../slider");
  function Strength() {
    const [value, setValue] = useState(0.3);
    return <Slider label="Strength" value={value} onChange={setValue} min={0} max={2} step={0.1} unit="parts" />;
  }
  render(<Strength />);
  return screen.getByRole("slider", { name: "Strength" });
}

it.each([
  ["{Shift>}{ArrowRight}{/Shift}", "1.3"],
  ["{Shift>}{ArrowDown}{/Shift}", "0"],
  ["{PageUp}", "1.3"],
  ["{PageUp}{PageUp}", "2"],
  ["{PageUp}{PageDown}", "0.3"],
])("%s moves by ten steps, inside the ends", async (keys, value) => {
  const slider = await showStrength();
  slider.focus();
  await userEvent.keyboard(keys);
  expect(slider).toHaveValue(value);
  expect(slider).toHaveAttribute("aria-valuetext", `${value} parts`);
});

it("takes what is dragged and what is typed", async () => {
  const slider = await showStrength();
  fireEvent.change(slider, { target: { value: "1.4" } });
  const typed = screen.getByRole("textbox", { name: "Strength, value" });
  expect(typed).toHaveValue("1.4");
  await userEvent.clear(typed);
  await userEvent.type(typed, "0,74{Enter}");
  expect(slider).toHaveValue("0.7");
});
