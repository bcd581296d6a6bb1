import { describe, expect, it } from "vitest";

import { HOME, safeNext } from "../safe-next";

describe("I2: where signing in leads", () => {
  it.each(["/dashboard/account", "/dashboard/create?preset=warm&n=2#photo", "/"])("follows our own path %s", (next) => {
    expect(safeNext(next)).toBe(next);
  });

  it.each([
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/.//evil.example",
    "/x/..//evil.example",
    "https://evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "dashboard/create",
    " /dashboard",
    "",
    null,
    undefined,
    42,
    ["/dashboard"],
  ])("does not follow %j", (next) => {
    expect(safeNext(next)).toBe(HOME);
  });
});
