import { assertChannel, formatChannel, isRealtimeError, MAX_CHANNEL_NAME_LENGTH, parseChannel } from "@attune/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";

const part = fc.stringMatching(/^[\w.~-]{1,40}$/);
const parts = fc.oneof(
  fc.record({ kind: fc.constant("public" as const), resource: part }),
  fc.record({ kind: fc.constantFrom("private" as const, "presence" as const), resource: part, id: part }),
);

test("a channel name and its parts are two forms of one thing", () => {
  fc.assert(fc.property(parts, (value) => void expect(parseChannel(formatChannel(value))).toEqual(value)));
});

test("what parses is what was formatted, character by character", () => {
  const anyName = fc.oneof(fc.string(), fc.stringMatching(/^(public|private|presence):[\w:.~%* -]{0,20}$/));
  fc.assert(
    fc.property(anyName, (name) => {
      const parsed = parseChannel(name);
      if (parsed) expect(formatChannel(parsed)).toBe(name);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  "",
  "room",
  "public",
  "public:",
  ":a",
  "public:a:b",
  "private:a",
  "private:a:",
  "private::a",
  "presence:a:b:c",
  "Public:a",
  "secret:a:b",
  "public:a b",
  "public:ä",
  "public:a%2Fb",
  "public:*",
  "public:a/b",
  "public:a\n",
  "public:a\u001b[31m",
  "public:\u0430",
  " public:a",
  "public:{a}",
])("%j is no channel name", (name) => {
  expect(parseChannel(name)).toBeUndefined();
  expect(() => assertChannel(name)).toThrow(expect.objectContaining({ code: "invalid-channel" }));
});

test("a name has at most 200 characters", () => {
  const longest = `public:${"x".repeat(MAX_CHANNEL_NAME_LENGTH - 7)}`;
  expect(parseChannel(longest)).toBeDefined();
  expect(parseChannel(`${longest}x`)).toBeUndefined();
});

test("the error about a name does not repeat all of a long one", () => {
  try {
    assertChannel("x".repeat(10_000));
    expect.unreachable();
  } catch (error) {
    expect(isRealtimeError(error, "invalid-channel") && error.message.length).toBeLessThan(120);
  }
});

test("parts that make no name are refused", () => {
  expect(() => formatChannel({ kind: "private", resource: "a" })).toThrow(
    expect.objectContaining({ code: "invalid-channel" }),
  );
  expect(() => formatChannel({ kind: "public", resource: "a", id: "b" })).toThrow(
    expect.objectContaining({ code: "invalid-channel" }),
  );
});
