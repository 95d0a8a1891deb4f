/** The world as Node has it. */
import { loopDelayMs } from "./loop-delay.js";
import { randomId } from "./random-id.js";
import type { ServerEnv } from "./server-env.js";

/**
 * The default environment: Node's clock, randomness and `setImmediate`; errors go to stderr.
 *
 * Its timers do not keep the process alive: the listening socket does that.
 */
export const nodeEnv: ServerEnv = {
  clock: {
    now: () => Date.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms).unref();
      return () => clearTimeout(timer);
    },
  },
  uptimeMs: () => performance.now(),
  random: () => Math.random(),
  id: randomId,
  defer: (run) => void setImmediate(run),
  loopDelayMs,
  report: (error, where) => console.error(`[attune] ${where}:`, error),
};
