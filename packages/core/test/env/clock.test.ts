import fc from "fast-check";
import { expect, test } from "vitest";
import { steady } from "../../src/env/clock.js";

test("a steady clock never goes back, and goes on as fast as the one it is made of", () => {
  const step = fc.record({ byMs: fc.nat(10_000), setByMs: fc.constantFrom(0, 0, -86_400_000, -3_600_000, -1) });
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      let shownMs = 1_000_000;
      const clock = steady({ now: () => shownMs, after: () => () => {} });
      let lastMs = clock.now();
      for (const { byMs, setByMs } of steps) {
        shownMs += setByMs;
        const setMs = clock.now();
        expect(setMs).toBe(lastMs);
        shownMs += byMs;
        lastMs = clock.now();
        expect(lastMs).toBe(setMs + byMs);
      }
    }),
  );
});
