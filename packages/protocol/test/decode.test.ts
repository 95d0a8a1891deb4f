import { decodeClientFrame, decodeServerFrame } from "@attune/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";

test.each([
  undefined,
  null,
  0,
  "",
  "hello",
  [],
  [{ t: "bye" }],
  {},
  { t: 7 },
  { t: "nothing" },
  { t: "constructor" },
  { t: "__proto__" },
  { t: "toString" },
])("%j is no frame", (value) => {
  expect(decodeClientFrame(value)).toBeUndefined();
  expect(decodeServerFrame(value)).toBeUndefined();
});

test("anything at all is decoded without throwing and without changing it", () => {
  const kind = fc.constantFrom("hello", "sub", "pub", "sig", "state", "hist", "joined", "msg", "pres", "welcome");
  const almost = fc.tuple(
    kind,
    fc.dictionary(
      fc.constantFrom("r", "c", "p", "s", "b", "n", "d", "v", "vis", "l", "since", "m", "e"),
      fc.jsonValue(),
    ),
  );
  fc.assert(
    fc.property(almost, ([t, rest]) => {
      const frame = { t, ...rest };
      const before = JSON.stringify(frame);
      for (const decode of [decodeClientFrame, decodeServerFrame]) expect([frame, undefined]).toContain(decode(frame));
      expect(JSON.stringify(frame)).toBe(before);
    }),
  );
});

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "1", null, [], true])(
  "%j is no counter",
  (value) => {
    expect(decodeClientFrame({ t: "more", r: value })).toBeUndefined();
    expect(decodeClientFrame({ t: "sub", r: 1, c: "c", since: ["e", value, "id"] })).toBeUndefined();
    expect(decodeClientFrame({ t: "pub", c: "c", p: "p", s: value, b: 0, n: "n", d: 1 })).toBeUndefined();
    expect(decodeClientFrame({ t: "hist", r: 1, c: "c", l: value })).toBeUndefined();
  },
);

test.each([[["e", 1]], [["e", 1, "id", 2]], [[1, 1, "id"]], [{ 0: "e", 1: 1, 2: "id" }], ["e"]])(
  "%j is no position",
  (since) => {
    expect(decodeClientFrame({ t: "sub", r: 1, c: "c", since })).toBeUndefined();
  },
);

test.each([
  {},
  { status: "gone" },
  { status: "online", customState: [] },
  { status: "online", customState: null },
  "online",
  [],
])("%j is no presence state", (d) => {
  expect(decodeClientFrame({ t: "state", c: "c", d })).toBeUndefined();
});

test("unknown keys are let through, for a later version to add some", () => {
  const frame = { t: "bye", later: true };
  expect(decodeClientFrame(frame)).toBe(frame);
});
