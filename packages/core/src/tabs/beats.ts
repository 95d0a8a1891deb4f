/** A follower's ear: asks after a leader that was not heard, and says when it has been silent for too long. */
import type { Clock } from "@attune/protocol";

/** How often a follower listens, and how many beats may be missed. */
const BEAT_MS = 1_000;
const MAX_MISSED = 3;

/** The beats of one follower. */
export interface Beats {
  start(): void;
  stop(): void;
  /** The leader said something, to whomever. */
  heard(): void;
}

/**
 * Makes beats that stand still.
 *
 * One who was heard need not be asked, so of twenty followers one asks, and the answer is for all.
 */
export function createBeats(clock: () => Clock, knock: () => void, silent: () => void): Beats {
  let missed = 0;
  let hasHeard = false;
  let stop = (): void => {};

  function beat(): void {
    stop = clock().after(BEAT_MS, () => {
      // In beats, not in milliseconds: timers of hidden tabs run late, but what was said meanwhile was heard before.
      missed = hasHeard ? 0 : missed + 1;
      hasHeard = false;
      beat();
      if (missed === MAX_MISSED) {
        missed = 0;
        silent();
      } else if (missed) knock();
    });
  }

  return {
    start() {
      stop();
      missed = 0;
      beat();
    },
    stop: () => stop(),
    heard() {
      hasHeard = true;
    },
  };
}
