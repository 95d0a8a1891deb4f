/** Calls to a database that may not be open yet: in their order, and at once when it is. */
import type { Database } from "./database.js";

/** What is asked of the database. */
export interface Calls {
  /** `undefined` before it is open, and when it cannot be had. */
  readonly database: Database | undefined;
  /** Whether it was opened, or given up. */
  readonly isSettled: boolean;
  /** Carries out what waits. Without a database every call gets its `otherwise`; that may come later, too. */
  settle(database: Database | undefined): void;
  run<T>(work: (on: Database) => Promise<T>, otherwise: T): Promise<T>;
}

/** Collects calls from the start. */
export function createCalls(): Calls {
  let database: Database | undefined;
  let waiting: (() => void)[] | undefined = [];
  return {
    get database() {
      return database;
    },
    get isSettled() {
      return !waiting;
    },
    settle(opened) {
      database = opened;
      const calls = waiting ?? [];
      waiting = undefined;
      for (const call of calls) call();
    },
    run(work, otherwise) {
      const now = async () => (database ? work(database) : otherwise);
      const calls = waiting;
      return calls ? new Promise((resolve, reject) => void calls.push(() => now().then(resolve, reject))) : now();
    },
  };
}
