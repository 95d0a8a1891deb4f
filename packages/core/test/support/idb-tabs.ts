/** Tabs over one hub and one IndexedDB. */
import type { RealtimeError } from "@attune/core";
import { type IndexedDbOptions, indexedDb } from "@attune/core/indexeddb";
import { IDBFactory } from "fake-indexeddb";
import { type IDBPDatabase, openDB } from "idb";
import { fakeLocks } from "./fake-locks.js";
import { createTabs, type Tab } from "./tabs.js";

/** A world of its own: a fresh database, fresh locks. */
export function createIdbTabs(options: IndexedDbOptions = {}) {
  globalThis.indexedDB = new IDBFactory();
  const locks = fakeLocks();
  const world = createTabs({ storage: indexedDb({ locks, ...options }) });
  return {
    ...world,
    locks,
    /** Lets the database answer, which takes macrotasks, and time pass. */
    async calm(ms = 0): Promise<void> {
      for (let turn = 0; turn < 80; turn += 1) await world.clock.advance(0);
      if (!ms) return;
      await world.clock.advance(ms);
      for (let turn = 0; turn < 80; turn += 1) await world.clock.advance(0);
    },
  };
}

/** Looks into the database, or puts something there, as nobody should. */
export async function withDatabase<T>(work: (database: IDBPDatabase) => Promise<T>, name = "attune"): Promise<T> {
  const database = await openDB(name);
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

export const allIn = (store: string): Promise<unknown[]> => withDatabase((database) => database.getAll(store));

/** Code and reason of each error that a tab is told of from now on. */
export function reasonsIn({ realtime }: Tab): unknown[] {
  const reasons: unknown[] = [];
  realtime.on("error", ({ code, details }: RealtimeError) => reasons.push([code, details?.["reason"]]));
  return reasons;
}
