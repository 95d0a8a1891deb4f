/** The lock that makes a tab the leader: waited for in a queue, taken from a leader that is silent. */
import type { TabLocks } from "../env/tabs-environment.js";

/** A tab's claim to lead. */
export interface Claim {
  /** Gets in line, or takes the lock at once. What was claimed before is given up. */
  make(steal?: boolean): void;
  end(): void;
}

/**
 * Makes a claim that is not made yet.
 *
 * @param granted the lock is this tab's, until `end()`
 * @param stolen another tab has taken it, perhaps before this one knew that it had it
 * @param refused there are no locks to be had
 */
export function createClaim(
  locks: TabLocks,
  name: string,
  granted: () => void,
  stolen: () => void,
  refused: () => void,
): Claim {
  let current: AbortController | undefined;
  let release = (): void => {};

  function end(): void {
    current?.abort();
    current = undefined;
    release();
  }

  return {
    end,
    make(steal = false) {
      end();
      const mine = new AbortController();
      current = mine;
      const held = (): Promise<void> | undefined => {
        if (current !== mine) return undefined;
        // Before anybody is told of it: whoever is may give it up at once.
        const over = new Promise<void>((resolve) => (release = resolve));
        granted();
        return over;
      };
      // The platform refuses both together.
      locks.request(name, steal ? { steal } : { signal: mine.signal }, held).catch((error: Error) => {
        if (current !== mine) return;
        if (error.name === "AbortError") stolen();
        else refused();
      });
    },
  };
}
