/** A storage in memory: what several services of one process share, for tests. */
import type { Keeper } from "../outbox/keeping.js";
import type { StorageHost } from "../outbox/outbox-storage.js";
import { keeper } from "./keeper.js";
import { fromKept, toKept } from "./kept-record.js";

/**
 * Makes an empty storage that lives as long as somebody refers to it. Services that share it are like tabs that share a database:
 * `dispose()` of one leaves its messages to another.
 *
 * @example
 * ```ts
 * import { createRealtime, type Driver } from "@attune/core";
 * import { memoryStorage } from "@attune/core/storage";
 * declare const driver: Driver;
 * const storage = memoryStorage();
 * createRealtime({ driver, queue: { storage } }).dispose();
 * createRealtime({ driver, queue: { storage } }); // sends what the first one left
 * ```
 */
export function memoryStorage(): Keeper {
  const kept = new Map<string, { owner: string; readonly text: string }>();
  const hosts = new Map<string, StorageHost>();

  /** Gives what has no living owner to the first who lives. */
  function offer(): void {
    const [heir] = hosts.values();
    const left = [...kept.values()].filter(({ owner }) => !hosts.has(owner));
    if (!heir || !left.length) return;
    for (const row of left) row.owner = heir.owner;
    heir.adopt(left.flatMap(({ text }) => fromKept(JSON.parse(text)) ?? []));
  }

  return keeper({
    open(host) {
      const { owner } = host;
      hosts.set(owner, host);
      return {
        ready: Promise.resolve().then(offer),
        async put(record) {
          if (!hosts.has(owner)) return false;
          kept.delete(record.id);
          kept.set(record.id, { owner, text: JSON.stringify(toKept(record)) });
          return true;
        },
        async remove(id) {
          if (kept.get(id)?.owner === owner) kept.delete(id);
        },
        close() {
          hosts.delete(owner);
          void Promise.resolve().then(offer);
        },
      };
    },
  });
}
