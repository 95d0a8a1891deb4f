import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AppendResult, type BrokerNode, createMemoryBroker } from "../src/core.js";
import { ProducerChains } from "../src/broker/producer-chains.js";
import { ManualClock } from "./kit/manual-clock.js";
import { createEnv } from "./kit/world.js";

const A = "public:a";

function newNode(): BrokerNode {
  return createMemoryBroker({ env: createEnv(new ManualClock()) }).connect();
}

function append(node: BrokerNode, sequence: number, previous: number): AppendResult {
  const id = `ada:p:${sequence}`;
  const link = { owner: "ada", producer: "p", sequence, previous };
  return node.append(A, { id, timestampMs: 1_000_000, tail: `,"${id}"]`, link }) as AppendResult;
}

/** An outbox that sends in order, several at a time, and goes back when it is told to. */
class Outbox {
  readonly acked = new Set<number>();
  readonly #dropped: ReadonlySet<number>;
  readonly #count: number;

  constructor(count: number, dropped: ReadonlySet<number>) {
    this.#count = count;
    this.#dropped = dropped;
  }

  /** What it would send now: the first few without an ack, each linked to the one before it that was not dropped. */
  window(size: number): { sequence: number; previous: number }[] {
    const kept = Array.from({ length: this.#count }, (_, index) => index + 1).filter(
      (sequence) => !this.#dropped.has(sequence),
    );
    return kept
      .map((sequence, index) => ({ sequence, previous: kept[index - 1] ?? 0 }))
      .filter(({ sequence }) => !this.acked.has(sequence))
      .slice(0, size);
  }
}

describe("append", () => {
  test("neither loses, repeats nor reorders, whatever the network drops, repeats and reorders", () => {
    const fate = fc.constantFrom("arrives", "arrives", "is lost", "arrives twice", "arrives late", "its ack is lost");
    const scenario = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      dropped: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }),
      fates: fc.array(fate, { minLength: 1, maxLength: 400, size: "max" }),
      sizes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 50, size: "max" }),
    });
    fc.assert(
      fc.property(scenario, ({ count, dropped, fates, sizes }) => {
        const node = newNode();
        const outbox = new Outbox(count, new Set(dropped));
        let turn = 0;
        const late: { sequence: number; previous: number }[] = [];
        const deliver = ({ sequence, previous }: { sequence: number; previous: number }, isAckLost: boolean): void => {
          const result = append(node, sequence, previous);
          if (result.outcome === "stored" && !isAckLost) {
            expect(result.position.id).toBe(`ada:p:${sequence}`);
            outbox.acked.add(sequence);
          }
        };
        for (let round = 0; outbox.window(1).length > 0; round++) {
          const isCalm = round > 60;
          for (const record of outbox.window(sizes[round % sizes.length] ?? 1)) {
            const what = isCalm ? "arrives" : fates[turn++ % fates.length];
            if (what === "arrives late") late.push(record);
            if (what === "arrives" || what === "arrives twice" || what === "its ack is lost")
              deliver(record, what === "its ack is lost");
            if (what === "arrives twice") deliver(record, false);
          }
          if (round % 3 === 0) for (const record of late.splice(0)) deliver(record, false);
        }
        for (const record of late) deliver(record, false);
        const page = node.read(A, { after: 0, limit: 1_000 });
        const log = "messages" in page ? page.messages.map(({ id }) => Number(id.split(":")[2])) : [];
        const wanted = Array.from({ length: count }, (_, index) => index + 1).filter(
          (sequence) => !dropped.includes(sequence),
        );
        expect(log).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });

  test("answers a repeat as it answered first, and never appends it", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(29), { maxLength: 60, size: "max" }), (repeats) => {
        const node = newNode();
        const first = new Map<number, AppendResult>();
        for (let sequence = 1; sequence <= 30; sequence++) first.set(sequence, append(node, sequence, sequence - 1));
        for (const index of repeats) {
          expect(append(node, index + 1, index)).toEqual({ ...first.get(index + 1), isRepeat: true });
        }
        expect(node.read(A, { after: 0, limit: 100 })).toMatchObject({ position: { offset: 30 } });
      }),
    );
  });
});

describe("a chain", () => {
  const link = (sequence: number, previous: number, owner = "ada", producer = "p") => ({
    owner,
    producer,
    sequence,
    previous,
  });
  const at = (offset: number) => ({ position: { epoch: "e", offset, id: "" }, timestampMs: 0 });

  test("does not take a message that was skipped when a later one was linked past it", () => {
    const chains = new ProducerChains({ windowMs: 1_000, producers: 10 });
    chains.record(A, link(1, 0), at(1), 0);
    chains.record(A, link(5, 1), at(2), 0);
    expect(chains.check(A, link(3, 1), 0)).toEqual({ outcome: "out-of-order", last: 5 });
    expect(chains.check(A, link(6, 5), 0)).toBeUndefined();
    expect(chains.check(A, link(6, 1), 0)).toEqual({ outcome: "out-of-order", last: 5 });
    expect(chains.check(A, link(0, 0), 0)).toEqual({ outcome: "out-of-order", last: 5 });
  });

  test("is each owner's own, also when names are made to run into each other", () => {
    const chains = new ProducerChains({ windowMs: 1_000, producers: 10 });
    chains.record(A, link(1, 0, "x b", "a"), at(1), 0);
    expect(chains.check(A, link(1, 0, "b", "a x"), 0)).toBeUndefined();
    expect(chains.check(A, link(1, 0, "b", "a"), 0)).toBeUndefined();
    expect(chains.check(A, link(1, 0, "x b", "a"), 0)).toMatchObject({ isRepeat: true });
  });

  test("is forgotten after the window, or as the one unused for longest when there are too many", () => {
    const chains = new ProducerChains({ windowMs: 1_000, producers: 2 });
    for (const producer of ["a", "b", "c"]) chains.record(A, link(1, 0, "ada", producer), at(1), 0);
    expect(chains.size).toBe(2);
    expect(chains.check(A, link(1, 0, "ada", "a"), 0)).toBeUndefined();
    expect(chains.check(A, link(1, 0, "ada", "c"), 0)).toMatchObject({ isRepeat: true });
    chains.check(A, link(1, 0), 1_001);
    expect(chains.size).toBe(0);
  });
});
