import fc from "fast-check";
import { expect, test } from "vitest";
import { between, seededRandom } from "../src/index.js";

test("gives the same numbers for the same seed, on every machine", () => {
  const random = seededRandom(1);
  expect([random(), random(), random()]).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
});

test("spreads evenly over [0, 1)", () => {
  const random = seededRandom(42);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let draw = 0; draw < 10_000; draw++) {
    const bucket = Math.floor(random() * 10);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test("stays within its bounds", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: -1_000, max: 1_000 }), fc.nat(1_000), (seed, min, width) => {
      const drawn = between(seededRandom(seed), min, min + width);
      return drawn >= min && drawn <= min + width;
    }),
  );
});
