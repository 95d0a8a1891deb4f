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

it("gives up when a client was silent for as long as promised, whatever is done to the clock, and not while it answers", async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.boolean(), async (changes, isAlive) => {
      const trueTime = new ManualClock();
      let skewMs = 0;
      const env = {
        clock: {
          now: () => trueTime.now() + skewMs,
          after: (ms: number, run: () => void) => trueTime.after(ms, run),
        },
        uptimeMs: () => trueTime.now(),
      };
      let gaveUpMs: number | undefined;
      let heardMs = trueTime.now();
      const hear = (): void => {
        heardMs = trueTime.now();
        liveness.heard();
      };
      const liveness: Liveness = new Liveness(
        env,
        true,
        () => isAlive && void trueTime.after(50, hear),
        () => (gaveUpMs = trueTime.now()),
      );
      for (const { afterMs, byMs, isHeard } of changes) {
        await trueTime.advance(afterMs);
        skewMs += byMs;
        if (isHeard && gaveUpMs === undefined) hear();
      }
      await trueTime.advance(VISIBLE.askMs + VISIBLE.answerMs);
      liveness.stop();
      if (isAlive) expect(gaveUpMs).toBeUndefined();
      else
        expect((gaveUpMs ?? Number.POSITIVE_INFINITY) - heardMs).toBeLessThanOrEqual(VISIBLE.askMs + VISIBLE.answerMs);
    }),
  );
});
