import { expect, it } from "vitest";

import { grouped } from "../numbers";
import { credits } from "../words";

it.each([
  [0, "0"],
  [999, "999"],
  [1000, "1,000"],
  [100000, "100,000"],
  [1234567, "1,234,567"],
])("%i is written %s", (number, words) => {
  expect(grouped(number)).toBe(words);
  expect(credits(number)).toBe(`${words} credits`);
});
