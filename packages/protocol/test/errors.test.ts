import {
  CLOSE_CODES,
  ERROR_CODES,
  HINTS,
  isErrorCode,
  isRealtimeError,
  mayReconnect,
  RealtimeError,
} from "@attune/protocol";
import { describe, expect, test } from "vitest";

describe("a RealtimeError", () => {
  test("says what happened, what to do first, and whether to try again", () => {
    const cause = new Error("cause");
    const error = new RealtimeError("rate-limited", "Too many.", { details: { retryAfterMs: 5 }, cause });
    expect(error).toMatchObject({
      name: "RealtimeError",
      code: "rate-limited",
      retryable: true,
      details: { retryAfterMs: 5 },
      cause,
    });
    expect(error.hint).toBe("Wait for retryAfterMs.");
    expect(error).toBeInstanceOf(Error);
    expect("cause" in new RealtimeError("conflict", "x")).toBe(false);
  });

  test("is recognised by its mark, also one of another copy of this package, and by nothing else", () => {
    const error = new RealtimeError("conflict", "x");
    const foreign = Object.assign(new Error("y"), { code: "conflict", [Symbol.for("attune.error")]: true });
    expect([error, foreign].map((each) => isRealtimeError(each))).toEqual([true, true]);
    expect(isRealtimeError(error, "conflict")).toBe(true);
    expect(isRealtimeError(error, "timeout")).toBe(false);
    for (const other of [new Error("x"), { code: "conflict" }, "conflict", null, undefined])
      expect(isRealtimeError(other)).toBe(false);
  });

  test("carries its mark out of sight", () => {
    expect(Object.keys(new RealtimeError("conflict", "x"))).not.toContainEqual(expect.stringContaining("attune"));
    expect(JSON.stringify(new RealtimeError("conflict", "x"))).not.toContain("attune");
  });
});

test("every code has a hint that is a sentence", () => {
  expect(Object.keys(HINTS).sort()).toEqual([...ERROR_CODES].sort());
  for (const code of ERROR_CODES) expect(new RealtimeError(code, "x").hint).toMatch(/^[A-Z].*\.$/);
});

test("a code from the wire is one of the table's own", () => {
  expect(isErrorCode("timeout")).toBe(true);
  for (const other of ["toString", "__proto__", "", 7, null]) expect(isErrorCode(other)).toBe(false);
});

test("close codes say whether to come back", () => {
  expect(Object.keys(CLOSE_CODES).filter((code) => !mayReconnect(Number(code)))).toEqual([
    "4100",
    "4101",
    "4102",
    "4103",
  ]);
  for (const code of [1000, 1001, 1006, 4000, 4099, 4200]) expect(mayReconnect(code)).toBe(true);
});
