import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toArrival, toEntries, toEnvelope, toSignals } from "../src/translate.js";

const user = { userId: "ada", name: "Ada", avatar: "a.png" };
const outgoing = {
  channel: "private:room:1",
  event: "message",
  data: { text: "hi" },
  producer: "p1",
  sequence: 3,
  previous: 2,
};
const sender = { userId: "ada", name: "Ada" };

describe("a message", () => {
  test("arrives as what was sent, under the id that a list shows it by", () => {
    const payload = toEnvelope(outgoing, sender, 1_000);
    expect(toArrival({ event: "message", payload }, 5_000, "made")).toMatchObject({
      message: {
        id: "ada:p1:3",
        event: "message",
        data: { text: "hi" },
        sender: { userId: "ada", name: "Ada" },
        timestampMs: 1_000,
        position: { cursor: "5000" },
      },
      producer: "p1",
      sequence: 3,
      previous: 2,
    });
  });

  test("of an anonymous client has no sender", () => {
    const payload = toEnvelope(outgoing, undefined, 1_000);
    const { message } = toArrival({ event: "message", payload }, 5_000, "made");
    expect(message).not.toHaveProperty("sender");
    expect(message.id).toBe(":p1:3");
  });

  test("that the database broadcast is its payload, by the id that Supabase stored it under", () => {
    expect(toArrival({ event: "INSERT", payload: { id: 7 }, meta: { id: "row-1" } }, 5_000, "made")).toMatchObject({
      message: { id: "row-1", event: "INSERT", data: { id: 7 }, timestampMs: 5_000, position: { cursor: "5000" } },
      previous: 0,
    });
  });

  test("without any id is given one", () => {
    expect(toArrival({ event: "ping" }, 5_000, "made").message).toMatchObject({ id: "made", data: undefined });
  });

  test("from anywhere, of any shape, makes a message and never throws", () => {
    fc.assert(
      fc.property(fc.anything(), (payload) => {
        const { message } = toArrival({ event: "message", payload }, 5_000, "made");
        expect(typeof message.id).toBe("string");
        expect(typeof message.timestampMs).toBe("number");
      }),
    );
  });
});

test("a cover that is not sound is none: the payload is the data", () => {
  const sound = toEnvelope(outgoing, sender, 1_000);
  for (const broken of [{ previous: "2" }, { previous: null }, { producer: 7 }, { timestampMs: "now" }]) {
    const payload = { ...sound, ...broken };
    expect(toArrival({ event: "message", payload }, 5_000, "made")).toMatchObject({
      message: { id: "made", data: payload },
      previous: 0,
    });
  }
});

describe("a signal", () => {
  test("arrives as what was sent", () => {
    const signal = { connectionId: "c1", name: "cursor", value: { x: 1 }, user: sender };
    expect(toSignals(signal)).toEqual([[signal], []]);
  });

  test("without a name takes back all of its connection", () => {
    expect(toSignals({ connectionId: "c1" })).toEqual([[], ["c1"]]);
  });

  test("of any other shape is none", () => {
    expect(toSignals({ connectionId: "c1", name: "x", value: 1, user: { userId: 7 } })).toEqual([
      [{ connectionId: "c1", name: "x", value: 1 }],
      [],
    ]);
    fc.assert(
      fc.property(fc.anything(), (payload) => {
        const [signals, gone] = toSignals(payload);
        for (const { connectionId, name } of signals)
          expect([typeof connectionId, typeof name]).toEqual(["string", "string"]);
        for (const id of gone) expect(typeof id).toBe("string");
      }),
    );
  });
});

describe("a presence state", () => {
  const meta = (connectionId: string, updatedAtMs: number, status: "online" | "away" = "online") => ({
    presence_ref: "x",
    connectionId,
    user,
    state: { status },
    joinedAtMs: 1,
    updatedAtMs,
  });

  test("is one entry per connection", () => {
    expect(toEntries({ c1: [meta("c1", 5)], c2: [meta("c2", 6)] })).toMatchObject([
      { connectionId: "c1", user, state: { status: "online" }, joinedAtMs: 1, updatedAtMs: 5 },
      { connectionId: "c2", user, state: { status: "online" }, joinedAtMs: 1, updatedAtMs: 6 },
    ]);
  });

  test("shows the newest of what one connection said, while the server has not missed the old one", () => {
    expect(toEntries({ c1: [meta("c1", 5), meta("c1", 7, "away"), meta("c1", 6)] })).toMatchObject([
      { state: { status: "away" } },
    ]);
  });

  test("leaves out who was tracked by other means, of whatever shape", () => {
    expect(toEntries({ c1: [{ online_at: "2026" }], c3: [null], c4: [{ user }] })).toEqual([]);
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.array(fc.anything())), (state) => void toEntries(state)));
  });
});
