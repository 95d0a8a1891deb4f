import fc from "fast-check";
import { expect, test } from "vitest";
import { TokenBucket } from "../src/rate/token-bucket.js";

test("a token bucket gives no more than its rate, and after the time it names it gives one", () => {
  const setup = fc.record({
    perSecond: fc.integer({ min: 1, max: 100 }),
    capacity: fc.integer({ min: 1, max: 50 }),
    waits: fc.array(fc.nat(500), { maxLength: 200, size: "max" }),
  });
  fc.assert(
    fc.property(setup, ({ perSecond, capacity, waits }) => {
      const bucket = new TokenBucket(perSecond, capacity);
      let nowMs = 5;
      let taken = 0;
      for (const waitMs of waits) {
        nowMs += waitMs;
        const afterMs = bucket.take(nowMs);
        if (afterMs === 0) taken++;
        else expect(new TokenBucket(perSecond, capacity).take(nowMs)).toBe(0);
        expect(taken).toBeLessThanOrEqual(capacity + ((nowMs - 5) * perSecond) / 1000 + 1e-6);
        if (afterMs > 0) {
          nowMs += afterMs;
          expect(bucket.take(nowMs)).toBe(0);
          taken++;
        }
      }
    }),
  );
});

test("a token bucket gives at the time it named, whatever fractions had come back by then", () => {
  const bucket = new TokenBucket(1, 2);
  expect([5, 42, 44, 1_005].map((nowMs) => bucket.take(nowMs))).toEqual([0, 0, 961, 0]);
});

test("a token bucket without a rate always gives", () => {
  const bucket = new TokenBucket(0, 0);
  for (let n = 0; n < 1_000; n++) expect(bucket.take(0)).toBe(0);
});

test("a token bucket gives back, and a clock that steps back neither takes nor gives", () => {
  const bucket = new TokenBucket(1, 2);
  expect([bucket.take(1_000), bucket.take(1_000), bucket.take(1_000)]).toEqual([0, 0, 1_000]);
  bucket.refund();
  expect(bucket.take(0)).toBe(0);
  expect(bucket.take(0)).toBe(1_000);
});
