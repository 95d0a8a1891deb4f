import { defineChannels, findDefinition } from "@attune/protocol";
import { describe, expect, test } from "vitest";
import * as z from "zod";

describe("defineChannels", () => {
  test("gives back what it was given", () => {
    const definitions = { "presence:room:{id}": { events: { message: z.string() } }, "public:news": {} };
    expect(defineChannels(definitions)).toBe(definitions);
  });

  test.each(["room", "public:{a}:{b}", "presence:room", "private:{a b}:x", `public:${"x".repeat(200)}`])(
    "refuses the pattern %j",
    (pattern) => {
      expect(() => defineChannels({ [pattern]: {} })).toThrow(expect.objectContaining({ code: "invalid-channel" }));
    },
  );

  test.each(["member_joined", "member_left", "member_updated", "sync_requested", "@typing"])(
    "refuses the event name %j",
    (name) => {
      expect(() => defineChannels({ "public:a": { events: { [name]: z.string() } } })).toThrow(
        expect.objectContaining({ code: "invalid-option" }),
      );
    },
  );
});

describe("findDefinition", () => {
  const any = {};
  const exact = {};
  const team = {};
  const definitions = { "presence:room:{id}": any, "presence:room:lobby": exact, "private:{kind}:{id}": team };

  test("goes by the exact name, else by the first pattern that fits", () => {
    expect(findDefinition(definitions, "presence:room:lobby")).toBe(exact);
    expect(findDefinition(definitions, "presence:room:42")).toBe(any);
    expect(findDefinition(definitions, "private:order:7")).toBe(team);
  });

  test.each(["presence:hall:42", "presence:room", "public:room", "toString", "__proto__"])(
    "finds none for %j",
    (name) => {
      expect(findDefinition(definitions, name)).toBeUndefined();
    },
  );
});
