/** The machine's clock. */
import type { Clock } from "@attune/protocol";

/** Time as the machine has it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** The same clock, but it never goes back: somebody who sets it by an hour must not make every wait an hour longer. */
export function steady({ now, after }: Clock): Clock {
  let aheadMs = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    after,
    now() {
      const nowMs = now();
      aheadMs = Math.max(aheadMs, lastMs - nowMs);
      return (lastMs = nowMs + aheadMs);
    },
  };
}
