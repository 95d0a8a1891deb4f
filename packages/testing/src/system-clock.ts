/** The machine's clock, for what runs in real time. */
import type { Clock } from "@attune/protocol";

/** Time as the machine has it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
