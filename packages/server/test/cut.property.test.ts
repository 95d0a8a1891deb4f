import type { WirePosition } from "@attune/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createMemoryBroker } from "../src/core.js";
import { slowBroker } from "./kit/slow-broker.js";
import { createEnv, createWorld, type FakeClient, type World } from "./kit/world.js";
import { ManualClock } from "./kit/manual-clock.js";

const A = "presence:room:1";

/** Follows one channel as a client does, and objects to every hole, repeat and step back. */
class Reader {
  readonly received: number[] = [];
  gaps = 0;
  #since: WirePosition | undefined;
  #next: number | undefined;
  #read = 0;
  #ref = 0;
  #wantsMore: number | undefined;
  #isOn = false;

  readonly client: FakeClient;

  constructor(client: FakeClient) {
    this.client = client;
  }

  join(last: number): void {
    this.#isOn = true;
    this.#wantsMore = undefined;
    this.client.send({ t: "sub", r: ++this.#ref, c: A, ...(this.#since ? { since: this.#since } : { last }) });
  }

  leave(): void {
    this.#isOn = false;
    this.client.send({ t: "unsub", c: A });
  }

  credit(): void {
    if (this.#wantsMore === undefined) return;
    this.client.send({ t: "more", r: this.#wantsMore });
    this.#wantsMore = undefined;
  }

  read(): void {
    for (; this.#read < this.client.frames.length; this.#read++) {
      const frame = this.client.frames[this.#read];
      if (!frame || !this.#isOn) continue;
      if (frame.t === "closed") this.join(0);
      if (frame.t === "fail") throw new Error(JSON.stringify(frame));
      if ("r" in frame && frame.r !== this.#ref) continue;
      if (frame.t === "joined") this.#begin(frame.ok, frame.pos, frame.m[0]?.[0]);
      if (frame.t === "joined" || frame.t === "chunk") {
        this.#take(frame.m.map(([offset, id]) => [offset, id]));
        if (frame.more) this.#wantsMore = frame.r;
      }
      if (frame.t === "msg")
        this.#take(
          frame.m.map(([offset, id]) => [offset, id]),
          frame.e,
        );
    }
  }

  #begin(isComplete: boolean, pos: WirePosition, first: number | undefined): void {
    if (!this.#since || !isComplete) {
      if (this.#since) this.gaps++;
      this.#next = first ?? pos[1] + 1;
    }
    this.#since = this.#since && isComplete ? this.#since : [pos[0], (this.#next ?? 1) - 1, pos[2]];
  }

  #take(messages: readonly (readonly [number, string])[], epoch = this.#since?.[0] ?? ""): void {
    for (const [offset, id] of messages) {
      expect(offset).toBe(this.#next);
      this.#next = offset + 1;
      this.received.push(offset);
      this.#since = [epoch, offset, id];
    }
  }
}

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("publish" as const),
      chars: fc.constantFrom(10, 10, 2_000, 30_000),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("join" as const), who: fc.nat(2), last: fc.constantFrom(0, 0, 3, 1_000) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("credit" as const), who: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), who: fc.nat(2) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(12) }) },
);

async function run(
  steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
  delays: readonly number[],
  retained: number,
): Promise<void> {
  const clock = new ManualClock();
  let turn = 0;
  const inner = createMemoryBroker({ env: createEnv(clock), history: { messages: retained } });
  const world: World = createWorld(
    {
      broker: slowBroker(inner, clock, () => delays[turn++ % delays.length] ?? 0),
      bounds: { admittedPerSecond: 0 },
      limits: { channels: 1_000 },
    },
    clock,
  );
  const readers: Reader[] = [];
  for (const token of ["ada", "bob", "cyd"]) readers.push(new Reader(await world.join(token)));
  let end = 0;
  for (const next of steps) {
    const reader = "who" in next ? (readers[next.who] as Reader) : undefined;
    if (next.kind === "publish") {
      for (let n = 0; n < next.count; n++) void world.core.publish(A, "m", "x".repeat(next.chars));
      end += next.count;
    } else if (next.kind === "wait") await world.after(next.ms);
    else if (next.kind === "join") reader?.join(next.last);
    else if (next.kind === "credit") reader?.credit();
    else reader?.leave();
    for (const each of readers) each.read();
  }
  for (const reader of readers) reader.join(0);
  for (let round = 0; round < 60; round++) {
    await world.after(20);
    for (const reader of readers) {
      reader.read();
      reader.credit();
    }
  }
  void world.core.publish(A, "m", "the last one");
  await world.after(200);
  for (const reader of readers) {
    reader.read();
    expect(reader.received.at(-1)).toBe(end + 1);
    expect(new Set(reader.received).size).toBe(reader.received.length);
    if (retained > 900) expect(reader.gaps).toBe(0);
  }
  expect(world.reported).toEqual([]);
}

const delays = fc.array(fc.nat(8), { minLength: 1, maxLength: 20 });

test("however publishing and joining interleave, every subscriber gets each message once, in order, and no hole is silent", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 10, maxLength: 60, size: "max" }),
      delays,
      fc.constantFrom(1_000, 5),
      run,
    ),
    { numRuns: 150 },
  );
});
