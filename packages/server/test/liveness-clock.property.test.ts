/** A dead client is noticed in time also when somebody sets the server's clock meanwhile. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { Liveness, VISIBLE } from "../src/connection/liveness.js";
import { ManualClock } from "./kit/manual-clock.js";

const steps = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 4_000 }),
    byMs: fc.constantFrom(-3_600_000, -5_000, 0, 5_000, 3_600_000),
    isHeard: fc.boolean(),
  }),
  { maxLength: 12 },
);

it("gives up within twice the promised time, whatever is done to the clock, and not while the client answers", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (changes, isAlive) => {
      const trueTime = new ManualClock();
      let skewMs = 0;
      const clock = {
        now: () => trueTime.now() + skewMs,
        after: (ms: number, run: () => void) => trueTime.after(ms, run),
      };
      let gaveUp = false;
      const liveness: Liveness = new Liveness(
        clock,
        true,
        () => isAlive && void trueTime.after(50, () => liveness.heard()),
        () => (gaveUp = true),
      );
      for (const { afterMs, byMs, isHeard } of changes) {
        await trueTime.advance(afterMs);
        skewMs += byMs;
        if (isHeard) liveness.heard();
      }
      if (gaveUp) {
        expect(isAlive).toBe(false);
        return;
      }
      await trueTime.advance(2 * (VISIBLE.askMs + VISIBLE.answerMs));
      liveness.stop();
      expect(gaveUp).toBe(!isAlive);
    }),
  );
});
