import {
  fromWireEntry,
  fromWireMessage,
  fromWirePosition,
  messageId,
  type PresenceEntry,
  toWireEntry,
  toWirePosition,
} from "@attune/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";

const text = fc.string({ minLength: 1 });
const entry = fc.record({
  connectionId: text,
  user: fc.record({ userId: text, name: fc.string(), avatar: text }, { requiredKeys: ["userId", "name"] }),
  joinedAtMs: fc.nat(),
  updatedAtMs: fc.nat(),
  state: fc.record(
    {
      status: fc.constantFrom("online" as const, "away" as const, "busy" as const),
      customState: fc.dictionary(fc.string(), fc.jsonValue()),
    },
    { requiredKeys: ["status"] },
  ),
});

test("a presence entry comes off the wire as it went on", () => {
  fc.assert(
    fc.property(entry, (value) => {
      expect(fromWireEntry(JSON.parse(JSON.stringify(toWireEntry(value as PresenceEntry))))).toEqual(
        JSON.parse(JSON.stringify(value)),
      );
    }),
  );
});

test("a position comes off the wire as it went on", () => {
  const position = { epoch: "e", offset: 7, id: "ada:p:1" };
  expect(fromWirePosition(toWirePosition(position))).toEqual(position);
});

test("a message of the backend has no sender, one of a client has", () => {
  expect(fromWireMessage("e", [1, "id", "message", { text: "x" }, 0, 5])).toEqual({
    position: { epoch: "e", offset: 1, id: "id" },
    id: "id",
    event: "message",
    data: { text: "x" },
    timestampMs: 5,
  });
  expect(fromWireMessage("e", [1, "id", "message", null, ["ada", "Ada"], 5]).sender).toEqual({
    userId: "ada",
    name: "Ada",
  });
  expect(fromWireMessage("e", [1, "id", "message", null, ["", ""], 5]).sender).toEqual({ userId: "", name: "" });
});

test("a message's id begins with the user", () => {
  expect(messageId("ada", "k3J9", 6)).toBe("ada:k3J9:6");
  expect(messageId(undefined, "k3J9", 6)).toBe(":k3J9:6");
});
