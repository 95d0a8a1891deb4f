import { MAX_DEPTH, type Schema, validatePayload } from "@attune/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";

const nested = (depth: number): unknown => JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
const invalid = expect.objectContaining({ code: "invalid-payload", retryable: false });

describe("a payload", () => {
  test("may be nested 64 levels deep, and no deeper, whatever its schema says", () => {
    expect(() => validatePayload(nested(MAX_DEPTH), undefined, "it")).not.toThrow();
    expect(() => validatePayload(nested(MAX_DEPTH + 1), z.any(), "it")).toThrow(invalid);
    expect(() => validatePayload(nested(250_000), undefined, "it")).toThrow(invalid);
  });

  test("has no key __proto__ at any level", () => {
    expect(() => validatePayload(JSON.parse('{"a":[{"__proto__":{"admin":true}}]}'), undefined, "it")).toThrow(invalid);
  });

  test("of any JSON passes without a schema, and as itself through one that allows anything", () => {
    const json = fc.jsonValue().filter((value) => !JSON.stringify(value).includes("__proto__"));
    fc.assert(
      fc.property(json, (value) => {
        validatePayload(value, undefined, "it");
        validatePayload(value, z.any(), "it");
      }),
    );
  });

  test.each<[string, unknown, Schema]>([
    ["an unexpected key", { text: "x", more: 1 }, z.object({ text: z.string() })],
    ["a default that is added", {}, z.object({ text: z.string().default("x") })],
    ["a value that is transformed", { text: " x " }, z.object({ text: z.string().trim() })],
    ["an array that is turned into something else", [1], z.array(z.number()).transform((list) => ({ ...list }))],
    ["a wrong type", { text: 7 }, z.object({ text: z.string() })],
  ])("with %s is refused", (_what, value, schema) => {
    expect(() => validatePayload(value, schema, "it")).toThrow(invalid);
  });

  test("that lacks a key is the same as one where it is undefined", () => {
    const schema = z.object({ text: z.string().optional() });
    expect(() => validatePayload({ text: undefined }, schema, "it")).not.toThrow();
  });

  test("is named in the error, with the place that is wrong, and is not repeated there", () => {
    const schema = z.object({ list: z.array(z.object({ text: z.string() })) });
    expect(() => validatePayload({ list: [{ text: 70707 }] }, schema, 'event "message"')).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/event "message": at list\.0\.text: (?!.*70707)/) }),
    );
  });

  test("cannot be validated asynchronously", () => {
    const schema = z.string().refine(async () => true);
    expect(() => validatePayload("x", schema, "it")).toThrow(expect.objectContaining({ code: "async-schema" }));
  });
});
