import { isRealtimeError } from "@attune/core";
import { seededRandom } from "@attune/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assertReconnectOptions, backoffMs, DEFAULT_RECONNECT } from "../../src/connection/backoff.js";

const options = fc
  .record({ minMs: fc.nat(60_000), above: fc.nat(600_000), jitterMs: fc.nat(30_000), maxAttempts: fc.nat(100) })
  .map(({ minMs, above, ...rest }) => ({ minMs, maxMs: minMs + above, ...rest }));
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("the delay before a retry", () => {
  test("is 1, 2, 4, 8, 16, then 30 seconds by default", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 20].map((attempt) => backoffMs(attempt, () => 0, DEFAULT_RECONNECT));
    expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  test("never leaves its bounds, however many attempts there were", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), chance, options, (attempt, random, chosen) => {
        const ms = backoffMs(attempt, () => random, chosen);
        expect(ms).toBeGreaterThanOrEqual(chosen.minMs);
        expect(ms).toBeLessThanOrEqual(chosen.maxMs + chosen.jitterMs);
      }),
    );
  });

  test("never shrinks from one attempt to the next, jitter aside", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), options, (attempt, chosen) => {
        const [now, next] = [attempt, attempt + 1].map((each) => backoffMs(each, () => 0, chosen)) as [number, number];
        expect(next).toBeGreaterThanOrEqual(now);
      }),
    );
  });

  test("is spread over the whole jitter also at the cap, so that nobody comes back together", () => {
    const random = seededRandom(7);
    const delays = Array.from({ length: 1_000 }, () => backoffMs(12, random, DEFAULT_RECONNECT) - 30_000);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => delays.filter((ms) => Math.floor(ms / 100) === tenth).length,
    );
    expect(Math.min(...tenths)).toBeGreaterThan(50);
    expect(Math.max(...tenths)).toBeLessThan(150);
  });
});

describe("the options", () => {
  test.each([{ minMs: -1 }, { minMs: 40_000 }, { jitterMs: -1 }, { maxAttempts: -1 }, { maxMs: Number.NaN }])(
    "%o is refused",
    (wrong) => {
      const refused = (() => {
        try {
          return assertReconnectOptions({ ...DEFAULT_RECONNECT, ...wrong });
        } catch (error) {
          return error;
        }
      })();
      expect(isRealtimeError(refused, "invalid-option")).toBe(true);
    },
  );

  test("may ask never to give up, never to wait, and for no second try", () => {
    for (const fine of [{ maxAttempts: Infinity }, { minMs: 0, maxMs: 0 }, { maxAttempts: 0 }]) {
      expect(() => assertReconnectOptions({ ...DEFAULT_RECONNECT, ...fine })).not.toThrow();
    }
  });
});
