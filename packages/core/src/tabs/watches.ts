/** Notices that a tab is gone, however it went: each holds a lock of its own name, and whoever waits for it gets it then. */
import type { TabLocks } from "../env/tabs-environment.js";

/** The tabs that a leader watches. */
export interface Watches {
  readonly size: number;
  add(tab: string): void;
  end(): void;
}

/** The name of the lock that a tab of a group holds. */
export function lockOf(group: string, tab: string): string {
  return `${group} ${tab}`;
}

/** Watches nobody yet. */
export function createWatches(locks: TabLocks, group: string, gone: (tab: string) => void): Watches {
  const watched = new Map<string, AbortController>();
  return {
    get size() {
      return watched.size;
    },
    add(tab) {
      if (watched.has(tab)) return;
      const mine = new AbortController();
      watched.set(tab, mine);
      const free = (): undefined => {
        if (watched.get(tab) !== mine) return;
        watched.delete(tab);
        gone(tab);
      };
      // Ended, or there are no locks: then tabs say themselves that they go.
      locks.request(lockOf(group, tab), { signal: mine.signal }, free).catch(() => {});
    },
    end() {
      for (const each of watched.values()) each.abort();
      watched.clear();
    },
  };
}
