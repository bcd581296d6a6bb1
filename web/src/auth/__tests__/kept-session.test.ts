import { describe, expect, it } from "vitest";

import { ALICE, storeSession, tokenOf } from "@/test/fake-backend";

import { keptSession, STORAGE_KEY } from "../kept-session";

describe("keptSession", () => {
  it("is nobody's where nothing is kept", () => {
    expect(keptSession()).toBeNull();
  });

  it("is the session while its token holds", () => {
    storeSession(ALICE, 100);
    expect(keptSession()).toMatchObject({ access_token: tokenOf(ALICE), user: ALICE });
  });

  it.each([80, 0, -3600])("leaves a token that holds %i s more to Auth", (seconds) => {
    storeSession(ALICE, seconds);
    expect(keptSession()).toBe("unsure");
  });

  it.each([
    "{",
    "null",
    "7",
    "{}",
    '{"access_token":"x","expires_at":9999999999}',
    '{"user":{},"expires_at":9999999999}',
  ])("leaves %s to Auth", (text) => {
    localStorage.setItem(STORAGE_KEY, text);
    expect(keptSession()).toBe("unsure");
  });
});
