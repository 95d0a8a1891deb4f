import fc from "fast-check";
import { expect, test } from "vitest";
import { type Chains, extend, follows, isPast } from "../src/chain.js";

/** What a reader does with a message that it delivers. */
function take(chains: Chains, producer: string, sequence: number, previous: number): boolean {
  const link = { producer, sequence, previous };
  const isNext = follows(chains, link);
  extend(chains, link);
  return isNext;
}

test("a message follows when the one before it was had, or its publisher is new", () => {
  const chains: Chains = new Map();
  expect(take(chains, "p", 5, 4)).toBe(true);
  expect(take(chains, "p", 6, 5)).toBe(true);
  expect(take(chains, "p", 6, 5)).toBe(true);
  expect(take(chains, "q", 9, 8)).toBe(true);
  expect(take(chains, "p", 9, 8)).toBe(false);
  expect(take(chains, "p", 10, 9)).toBe(true);
});

test("to ask whether a message follows changes nothing: it can be held back, and asked about again", () => {
  const chains: Chains = new Map();
  take(chains, "p", 1, 0);
  const third = { producer: "p", sequence: 3, previous: 2 };
  expect([follows(chains, third), follows(chains, third)]).toEqual([false, false]);
});

test("what lies before the last that was had of its publisher is past, and that one itself is not", () => {
  const chains: Chains = new Map();
  take(chains, "p", 5, 4);
  const sequences = [4, 5, 6].map((sequence) => isPast(chains, { producer: "p", sequence, previous: sequence - 1 }));
  expect(sequences).toEqual([true, false, false]);
  expect(isPast(chains, { producer: "q", sequence: 1, previous: 0 })).toBe(false);
});

test("sequences may jump, as long as nothing of this channel lies between", () => {
  const chains: Chains = new Map();
  expect([take(chains, "p", 1, 0), take(chains, "p", 7, 1)]).toEqual([true, true]);
});

test("whatever is lost of one publisher is noticed with the next message, and only then", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (arrives) => {
      const chains: Chains = new Map();
      let lastHad: number | undefined;
      for (const [index, isHad] of arrives.entries()) {
        if (!isHad) continue;
        const isLoss = lastHad !== undefined && lastHad !== index;
        expect(take(chains, "p", index + 1, index)).toBe(!isLoss);
        lastHad = index + 1;
      }
    }),
  );
});

test("publishers that were not heard for long are forgotten", () => {
  const chains: Chains = new Map();
  for (let producer = 0; producer < 2_000; producer += 1) take(chains, `${producer}`, 1, 0);
  expect(chains.size).toBe(500);
});
