import { applyPatch, diff, isJson, overlaps, parsePatch, placesOf } from "@attune/protocol/patch";
import type { JsonPatch } from "@attune/protocol/patch";
import fc from "fast-check";
import oracleLibrary from "fast-json-patch";
import { describe, expect, test } from "vitest";

const { applyPatch: applyByOracle } = oracleLibrary;

const json = fc.jsonValue({ maxDepth: 3 });
// Without what leads the other implementation astray: names that every object inherits, and "", which it takes for 0.
const key = fc.constantFrom("a", "b", "0", "1", "2", "-", "a/b", "m~n");
const path = fc
  .array(key, { maxLength: 4 })
  .map((keys) => keys.map((each) => `/${each.replaceAll("~", "~0").replaceAll("/", "~1")}`).join(""));
const operation = fc.oneof(
  fc.record({ op: fc.constantFrom("add" as const, "replace" as const), path, value: json }),
  fc.record({ op: fc.constant("remove" as const), path }),
);
const tree: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.integer(), tie("list"), tie("record")),
  list: fc.array(tie("value"), { maxLength: 4 }),
  record: fc.dictionary(key, tie("value"), { maxKeys: 4 }),
})).record;

const attempt = (run: () => unknown): { readonly value?: unknown; readonly code?: unknown } => {
  try {
    return { value: run() };
  } catch (error) {
    return { code: (error as { code?: unknown }).code };
  }
};

describe("applying a patch", () => {
  test("does what another implementation of RFC 6902 does, and leaves what was there as it was", () => {
    let fitting = 0;
    fc.assert(
      fc.property(tree, fc.array(operation, { maxLength: 3 }), (value, patch) => {
        const before = JSON.stringify(value);
        const target = JSON.parse(before) as unknown;
        const wholes = patch.some((each) => each.path === "");
        const oracle = attempt(
          () => applyByOracle(target, JSON.parse(JSON.stringify(patch)) as never, true).newDocument,
        );
        const { value: after, code } = attempt(() => applyPatch(value, patch));
        expect(JSON.stringify(value)).toBe(before);
        // It lets the whole be removed, of which nothing is left that could be shown.
        if (wholes) return;
        if (!("value" in oracle)) expect(code).toBe("invalid-payload");
        else {
          fitting++;
          expect(after).toEqual(oracle.value);
        }
      }),
      { numRuns: 3_000, seed: 7 },
    );
    expect(fitting).toBeGreaterThan(300);
  });

  test("replaces the whole", () => {
    expect(applyPatch({ a: 1 }, [{ op: "replace", path: "", value: [1] }])).toEqual([1]);
    expect(attempt(() => applyPatch({ a: 1 }, [{ op: "remove", path: "" }])).code).toBe("invalid-payload");
  });

  test("keeps the identity of what it does not touch", () => {
    const value = { left: { deep: [{ n: 1 }] }, right: { n: 2 } };
    const after = applyPatch(value, [{ op: "replace", path: "/right/n", value: 3 }]) as typeof value;
    expect(after.left).toBe(value.left);
    expect(after.right).not.toBe(value.right);
  });

  test.each([
    "/__proto__/polluted",
    "/__proto__",
    "/constructor/prototype/polluted",
    "/toString/polluted",
    "/list/__proto__/polluted",
    "/list/constructor/prototype/polluted",
    "/list/length",
    "/list/01",
    "/list/-1",
    "/list/1e0",
    "/list/9",
    "/none/x",
    "/list/0/n/x",
    "none",
    "/bad~2escape",
    `/a${"/a".repeat(64)}`,
  ])("refuses %s, and no prototype changes", (bad) => {
    const before = Object.getOwnPropertyNames(Object.prototype).length;
    const value = { list: [{ n: 1 }] };
    for (const op of ["add", "replace", "remove"] as const) {
      const one = op === "remove" ? { op, path: bad } : { op, path: bad, value: { polluted: true } };
      expect(attempt(() => applyPatch(value, [one])).code).toBe("invalid-payload");
    }
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(value).toEqual({ list: [{ n: 1 }] });
  });

  test("replaces and removes nothing that a value only inherits", () => {
    for (const path of ["/toString", "/constructor", "/hasOwnProperty"]) {
      expect(attempt(() => applyPatch({}, [{ op: "remove", path }])).code).toBe("invalid-payload");
      expect(attempt(() => applyPatch({}, [{ op: "replace", path, value: 1 }])).code).toBe("invalid-payload");
    }
  });

  test("is all or nothing", () => {
    const value = { n: 1 };
    const patch: JsonPatch = [
      { op: "replace", path: "/n", value: 2 },
      { op: "remove", path: "/none" },
    ];
    expect(attempt(() => applyPatch(value, patch)).code).toBe("invalid-payload");
    expect(value).toEqual({ n: 1 });
  });
});

describe("making a patch", () => {
  test("leads from any value to any other", () => {
    fc.assert(
      fc.property(tree, tree, (before, after) => {
        expect(applyPatch(before, diff(before, after))).toEqual(after);
      }),
      { numRuns: 1_000 },
    );
  });

  test("leads from a list to any other that shares items with it", () => {
    const items = Array.from({ length: 6 }, (_, id) => ({ id }));
    const list = fc.array(fc.oneof(fc.constantFrom(...items), fc.constantFrom<unknown>(1, 2)), { maxLength: 12 });
    fc.assert(
      fc.property(list, list, (before, after) => {
        expect(applyPatch({ before }, diff({ before }, { before: after }))).toEqual({ before: after });
      }),
      { numRuns: 1_000 },
    );
  });

  const todos = Array.from({ length: 1_000 }, (_, id) => ({ id, done: false }));
  test.each([
    ["an item taken from the front", todos.slice(1), [{ op: "remove", path: "/0" }]],
    ["an item put in front", [{ id: -1 }, ...todos], [{ op: "add", path: "/0", value: { id: -1 } }]],
    [
      "an item changed",
      todos.map((todo) => (todo.id === 500 ? { ...todo, done: true } : todo)),
      [{ op: "replace", path: "/500/done", value: true }],
    ],
    [
      "two taken out",
      todos.filter(({ id }) => id !== 3 && id !== 9),
      [
        { op: "remove", path: "/3" },
        { op: "remove", path: "/8" },
      ],
    ],
    ["an emptied list", [], [{ op: "replace", path: "", value: [] }]],
  ])("is small for %s", (_, after, patch) => {
    expect(diff(todos, after)).toEqual(patch);
  });
});

describe("a patch off the wire", () => {
  test("is taken without what does not belong to it", () => {
    expect(parsePatch([{ op: "remove", path: "/a", value: 1, extra: true }])).toEqual([{ op: "remove", path: "/a" }]);
  });

  test.each([
    [null],
    [{}],
    [[null]],
    [[{ op: "move", from: "/a", path: "/b" }]],
    [[{ op: "test", path: "/a", value: 1 }]],
    [[{ op: "add", path: "/a" }]],
    [[{ op: "add", path: 1, value: 1 }]],
    [Array.from({ length: 1_001 }, () => ({ op: "remove", path: "/a" }))],
  ])("is refused: %j", (bad) => {
    expect(attempt(() => parsePatch(bad)).code).toBe("invalid-payload");
  });
});

describe("two patches", () => {
  const replace = (at: string): JsonPatch => [{ op: "replace", path: at, value: 1 }];
  test.each([
    [replace("/a"), replace("/a"), true],
    [replace("/a"), replace("/a/b"), true],
    [replace("/a/b"), replace(""), true],
    [replace("/a"), replace("/ab"), false],
    [replace("/list/1/done"), replace("/list/2/done"), false],
    [replace("/list/1/done"), [{ op: "add", path: "/list/0", value: 1 }], true],
    [[{ op: "add", path: "/list/-", value: 1 }], [{ op: "add", path: "/list/-", value: 2 }], true],
    [[{ op: "add", path: "/users/ada", value: 1 }], [{ op: "remove", path: "/users/bob" }], false],
  ] as [JsonPatch, JsonPatch, boolean][])("%j and %j overlap: %s", (left, right, expected) => {
    expect(overlaps(placesOf(left), placesOf(right))).toBe(expected);
    expect(overlaps(placesOf(right), placesOf(left))).toBe(expected);
  });

  test("that do not overlap come to the same in either order", () => {
    let apart = 0;
    fc.assert(
      fc.property(tree, fc.array(operation, { maxLength: 2 }), fc.array(operation, { maxLength: 2 }), (value, a, b) => {
        if (overlaps(placesOf(a), placesOf(b))) return;
        const fits = [a, b].every((patch) => attempt(() => applyPatch(value, patch)).code === undefined);
        if (!fits) return;
        apart++;
        expect(applyPatch(applyPatch(value, a), b)).toEqual(applyPatch(applyPatch(value, b), a));
      }),
      { numRuns: 3_000, seed: 7 },
    );
    expect(apart).toBeGreaterThan(100);
  });
});

test("JSON carries plain data and nothing else", () => {
  for (const good of [null, 1, "a", true, [], {}, { a: [{ b: null }] }]) expect(isJson(good)).toBe(true);
  const deep = JSON.parse("[".repeat(65) + "]".repeat(65)) as unknown;
  for (const bad of [
    undefined,
    Number.NaN,
    () => {},
    Symbol("a"),
    1n,
    new Map(),
    Object.assign([], { length: 2 }),
    { a: undefined },
    deep,
  ])
    expect(isJson(bad)).toBe(false);
});
