import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fullBucket, type Rate, take, waitMs } from "../../src/outbox/rate-limiter.js";

const rate: Rate = { burst: 10, perSecond: 10 };

/** Sends as fast as the limiter allows, asked at these instants. */
function sendAsAllowed(chosen: Rate, asksMs: readonly number[]): number[] {
  let bucket = fullBucket(chosen, 0);
  return asksMs.filter((atMs) => {
    if (waitMs(bucket, chosen, atMs) > 0) return false;
    bucket = take(bucket, chosen, atMs);
    return true;
  });
}

describe("the rate limiter", () => {
  test("lets the burst go at once, then one every tenth of a second", () => {
    let bucket = fullBucket(rate, 0);
    for (let count = 0; count < 10; count += 1) {
      expect(waitMs(bucket, rate, 0)).toBe(0);
      bucket = take(bucket, rate, 0);
    }
    expect(waitMs(bucket, rate, 0)).toBe(100);
    expect(waitMs(bucket, rate, 60)).toBeCloseTo(40);
    expect(waitMs(bucket, rate, 100)).toBe(0);
  });

  test("saves up no more than the burst", () => {
    const allowed = sendAsAllowed(rate, [...Array<number>(15).fill(1_000_000)]);
    expect(allowed).toHaveLength(10);
  });

  test.each([0, Infinity])("knows no limit at %s a second", (perSecond) => {
    const allowed = sendAsAllowed({ burst: 1, perSecond }, Array<number>(1_000).fill(5));
    expect(allowed).toHaveLength(1_000);
  });

  test("hands nothing out when the clock goes back, and goes on afterwards", () => {
    let bucket = fullBucket({ burst: 1, perSecond: 1 }, 10_000);
    bucket = take(bucket, { burst: 1, perSecond: 1 }, 10_000);
    expect(waitMs(bucket, { burst: 1, perSecond: 1 }, 4_000)).toBe(1_000);
    bucket = take(bucket, { burst: 1, perSecond: 1 }, 4_000);
    expect(waitMs(bucket, { burst: 1, perSecond: 1 }, 6_000)).toBe(0);
  });

  const rates = fc.record({
    burst: fc.integer({ min: 1, max: 50 }),
    perSecond: fc.double({ min: 0.1, max: 100, noNaN: true }),
  });
  const asks = fc.array(fc.nat(2_000), { maxLength: 200 }).map((gaps) =>
    gaps.map(
      (
        (at) => (gap: number) =>
          (at += gap)
      )(0),
    ),
  );

  test("never lets more than the burst and the rate through, in any span of time", () => {
    fc.assert(
      fc.property(rates, asks, (chosen, times) => {
        const allowed = sendAsAllowed(chosen, times);
        for (const [first, from] of allowed.entries()) {
          for (let last = first; last < allowed.length; last += 1) {
            const spanMs = (allowed[last] as number) - from;
            expect(last - first + 1).toBeLessThanOrEqual(chosen.burst + (spanMs / 1_000) * chosen.perSecond + 1e-6);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test("is ready exactly when it said it would be", () => {
    fc.assert(
      fc.property(rates, asks, (chosen, times) => {
        let bucket = fullBucket(chosen, 0);
        for (const atMs of times) {
          const wait = waitMs(bucket, chosen, atMs);
          expect(waitMs(bucket, chosen, atMs + wait)).toBe(0);
          if (wait === 0) bucket = take(bucket, chosen, atMs);
        }
      }),
    );
  });
});
