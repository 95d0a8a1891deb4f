import type { IncomingMessage } from "@attune/core/driver";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accept, caughtUp, cutAt, type Sequence } from "../../src/channel/sequence.js";

const message = (offset: number, epoch = "e"): IncomingMessage => ({
  id: `m${offset}`,
  event: "said",
  data: offset,
  timestampMs: offset,
  position: { epoch, offset, id: `m${offset}` },
});

function feed(
  start: Sequence,
  offsets: readonly number[],
): { delivered: unknown[]; sequence: Sequence; isHole: boolean } {
  let sequence = start;
  let isHole = false;
  const delivered: unknown[] = [];
  for (const offset of offsets) {
    const accepted = accept(sequence, message(offset));
    sequence = accepted.sequence;
    isHole = accepted.isHole;
    delivered.push(...accepted.deliver.map(({ data }) => data));
  }
  return { delivered, sequence, isHole };
}

describe("a counted channel", () => {
  test("delivers what comes in order at once", () => {
    expect(feed(cutAt("e", 3, 3), [4, 5, 6])).toMatchObject({ delivered: [4, 5, 6], isHole: false });
  });

  test("holds an early message back, and says that one is missing", () => {
    expect(feed(cutAt("e", 3, 3), [5])).toMatchObject({ delivered: [], isHole: true });
    expect(feed(cutAt("e", 3, 3), [5, 4])).toMatchObject({ delivered: [4, 5], isHole: false });
  });

  test("still says that one is missing after a repeat", () => {
    expect(feed(cutAt("e", 3, 3), [5, 3])).toMatchObject({ delivered: [], isHole: true });
    expect(feed(cutAt("e", 3, 3), [5, 5])).toMatchObject({ delivered: [], isHole: true });
  });

  test("drops repeats", () => {
    expect(feed(cutAt("e", 3, 3), [4, 4, 3, 5, 4])).toMatchObject({ delivered: [4, 5] });
  });

  test("drops what belongs to another epoch", () => {
    expect(accept(cutAt("e", 3, 3), message(4, "f"))).toMatchObject({ deliver: [] });
  });

  test("begins a first join wherever the backfill begins", () => {
    expect(feed(cutAt("e", 9), [7, 8, 9, 10])).toMatchObject({ delivered: [7, 8, 9, 10], isHole: false });
  });

  test("begins a first join without a backfill at the cut", () => {
    expect(feed(caughtUp(cutAt("e", 9)), [9, 10])).toMatchObject({ delivered: [10], isHole: false });
    expect(feed(caughtUp(cutAt("e", 9)), [11])).toMatchObject({ delivered: [], isHole: true });
  });

  test("misses the messages between the cut and a first one that comes too early", () => {
    expect(feed(cutAt("e", 9), [12])).toMatchObject({ delivered: [], isHole: true });
  });

  test("asks for a new join instead of holding back more than 256", () => {
    const early = Array.from({ length: 300 }, (_, index) => index + 5);
    const { sequence, isHole } = feed(cutAt("e", 3, 3), early);
    expect(sequence.held).toHaveLength(256);
    expect(isHole).toBe(true);
  });

  const shuffled = fc.nat(120).chain((length) => {
    const log = Array.from({ length }, (_, index) => index + 1);
    return fc.shuffledSubarray(log, { minLength: length }).chain((order) =>
      fc
        .array(fc.record({ at: fc.nat(order.length), offset: length ? fc.constantFrom(...log) : fc.constant(0) }), {
          maxLength: 30,
        })
        .map((repeats) => {
          const offsets = [...order];
          for (const { at, offset } of repeats) if (offset) offsets.splice(at, 0, offset);
          return { log, offsets };
        }),
    );
  });

  test("delivers any shuffled and repeated log once, and in order", () => {
    fc.assert(
      fc.property(shuffled, ({ log, offsets }) => {
        expect(feed(cutAt("e", 0, 0), offsets)).toMatchObject({
          delivered: log,
          isHole: false,
          sequence: { held: [] },
        });
      }),
    );
  });

  test("delivers up to the first hole and reports it, whatever is missing", () => {
    fc.assert(
      fc.property(shuffled, fc.nat(119), ({ log, offsets }, missing) => {
        fc.pre(log.includes(missing));
        const { delivered, isHole } = feed(
          cutAt("e", 0, 0),
          offsets.filter((offset) => offset !== missing),
        );
        expect(delivered).toEqual(log.slice(0, missing - 1));
        expect(isHole).toBe(missing < log.length);
      }),
    );
  });
});
