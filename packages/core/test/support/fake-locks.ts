/** Locks as a browser has them, shared by the tabs of a test. */
import type { LocksLike } from "@attune/core/indexeddb";

export interface FakeLocks extends LocksLike {
  /** Names that are held. */
  readonly held: readonly string[];
}

export function fakeLocks(): FakeLocks {
  const queues = new Map<string, (() => Promise<void>)[]>();

  async function next(name: string): Promise<void> {
    const queue = queues.get(name) ?? [];
    while (queue[0]) {
      await queue[0]();
      queue.shift();
    }
    queues.delete(name);
  }

  return {
    get held() {
      return [...queues.keys()];
    },
    async request(name, { signal, ifAvailable }, callback) {
      await Promise.resolve();
      const queue = queues.get(name);
      if (ifAvailable && queue) return callback(null);
      let isGranted = false;
      return new Promise((resolve, reject) => {
        signal?.addEventListener("abort", () => {
          if (!isGranted) reject(new DOMException("Aborted", "AbortError"));
        });
        const run = async () => {
          if (signal?.aborted) return;
          isGranted = true;
          await callback({ name }).then(resolve, reject);
        };
        if (queue) queue.push(run);
        else {
          queues.set(name, [run]);
          void next(name);
        }
      });
    },
  };
}
