import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMemoryBroker, type LogPage, type MemoryBrokerOptions, type OpenedChannel } from "../src/core.js";
import { Tombstones } from "../src/broker/tombstones.js";
import { ManualClock } from "./kit/manual-clock.js";
import { createEnv } from "./kit/world.js";

const A = "public:a";
const listener = {
  appended: () => {},
  stateChanged: () => {},
  rowsChanged: () => {},
  signalled: () => {},
  ended: () => {},
};

function setUp(options: Omit<MemoryBrokerOptions, "env"> = {}) {
  const clock = new ManualClock();
  const broker = createMemoryBroker({ env: createEnv(clock), ...options });
  const node = broker.connect();
  return {
    clock,
    broker,
    node,
    append: (id: string, chars = 0, channel = A) =>
      node.append(channel, { id, timestampMs: clock.now(), tail: `,"${id}${"x".repeat(chars)}"]` }),
    read: (after = 0, channel = A) => node.read(channel, { after, limit: 10_000 }) as LogPage,
  };
}

describe("a log in memory", () => {
  test("keeps the last messages, and counts on", async () => {
    const { append, read } = setUp({ history: { messages: 3 } });
    for (let n = 1; n <= 5; n++) append(`m${n}`);
    expect(read()).toMatchObject({ first: 3, position: { offset: 5, id: "m5" } });
    expect(read().messages.map(({ json }) => json)).toEqual(['[3,"m3"]', '[4,"m4"]', '[5,"m5"]']);
    expect(read(4).messages.map(({ id }) => id)).toEqual(["m5"]);
  });

  test("lets go of what is older than ten minutes", async () => {
    const { append, read, clock } = setUp();
    append("m1");
    await clock.advance(300_000);
    append("m2");
    await clock.advance(300_000);
    expect(read()).toMatchObject({ first: 1 });
    await clock.advance(1);
    expect(read()).toMatchObject({ first: 2 });
    await clock.advance(300_000);
    expect(read()).toMatchObject({ first: 3, position: { offset: 2 }, messages: [] });
  });

  test("is bounded in size", () => {
    const { append, read } = setUp({ history: { chars: 1_000 } });
    for (let n = 1; n <= 5; n++) append(`m${n}`, 400);
    expect(read()).toMatchObject({ first: 4 });
  });

  test("keeps nothing when told so, and still counts", () => {
    const { append, read } = setUp({ history: { messages: 0 } });
    append("m1");
    expect(read()).toMatchObject({ first: 2, position: { offset: 1, id: "m1" }, messages: [] });
  });

  test("reads backwards as it reads forwards", () => {
    const { append, node } = setUp({ history: { messages: 20 } });
    for (let n = 1; n <= 30; n++) append(`m${n}`);
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), (before, limit) => {
        const { messages } = node.read(A, { before, limit }) as LogPage;
        const wanted = Array.from({ length: 20 }, (_, index) => index + 11).filter((offset) => offset < before);
        expect(messages.map(({ offset }) => offset)).toEqual(limit === 0 ? [] : wanted.slice(-limit));
      }),
    );
  });

  test("is dropped when nobody needs it, and its end is not", async () => {
    const { append, node, clock } = setUp();
    append("m1");
    const { position } = node.open(A, listener) as OpenedChannel;
    node.close(A);
    await clock.advance(2_000_000);
    expect(clock.pending).toBe(0);
    expect((node.open(A, listener) as OpenedChannel).position).toEqual(position);
  });

  test("has another epoch in another broker", () => {
    const env = createEnv(new ManualClock());
    const epochs = [1, 2].map(
      () => (createMemoryBroker({ env }).connect().open(A, listener) as OpenedChannel).position.epoch,
    );
    expect(new Set(epochs).size).toBe(2);
  });
});

describe("tombstones", () => {
  test("past their bound make channels that look new begin a new epoch, so that a lost end is a gap and no lie", () => {
    const tombstones = new Tombstones("e", 2);
    for (const channel of ["a", "b"]) tombstones.bury(channel, { epoch: "e", offset: 5, id: "x" });
    expect(tombstones.raise("new")).toEqual({ epoch: "e", offset: 0, id: "" });
    tombstones.bury("c", { epoch: "e", offset: 5, id: "x" });
    expect(tombstones.raise("a")).toEqual({ epoch: "e.1", offset: 0, id: "" });
    expect(tombstones.raise("b")).toEqual({ epoch: "e", offset: 5, id: "x" });
  });

  test("are none for channels that never had a message", () => {
    const tombstones = new Tombstones("e", 1);
    for (const channel of ["a", "b", "c"]) tombstones.bury(channel, { epoch: "e", offset: 0, id: "" });
    expect(tombstones.raise("a")).toEqual({ epoch: "e", offset: 0, id: "" });
  });
});
