/** Counts who needs a channel: the first lease takes it, the last one lets go of it a moment later. */
import type { Clock } from "@attune/protocol";

/** A last lease that is released ends after this: with a route change, the next page takes one within it. */
const LINGER_MS = 250;

/** A counted lease. */
export interface Lease {
  readonly count: number;
  /** Takes one; the returned function releases it, once. */
  take(): () => void;
}

/** Makes a lease that nobody holds. `onLast` comes after the linger. */
export function createLease(clock: Clock, onFirst: () => void, onLast: () => void): Lease {
  let count = 0;
  let cancel: (() => void) | undefined;
  return {
    get count() {
      return count;
    },
    take() {
      let isHeld = true;
      count += 1;
      if (count === 1) {
        // Within the linger nothing was let go yet, so there is nothing to take again.
        if (cancel) cancel();
        else onFirst();
        cancel = undefined;
      }
      return () => {
        if (!isHeld) return;
        isHeld = false;
        count -= 1;
        if (count) return;
        cancel = clock.after(LINGER_MS, () => {
          cancel = undefined;
          onLast();
        });
      };
    },
  };
}
