/** The clock of one service: its timers run in a transaction, and end with it. */
import type { Clock } from "@attune/protocol";

/** Makes it, and what ends it: from then on no timer starts. */
export function createServiceClock(
  world: Clock,
  transact: (run: () => void) => void,
): { readonly clock: Clock; stop(): void } {
  const timers = new Set<() => void>();
  let isStopped = false;
  return {
    clock: {
      now: world.now,
      after(ms, run) {
        if (isStopped) return () => {};
        const stop = world.after(ms, () => {
          timers.delete(stop);
          transact(run);
        });
        timers.add(stop);
        return () => {
          timers.delete(stop);
          stop();
        };
      },
    },
    stop() {
      isStopped = true;
      for (const stop of timers) stop();
    },
  };
}
