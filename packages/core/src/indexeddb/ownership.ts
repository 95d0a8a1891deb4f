/** Tells who lives: an owner holds a lock, or, where there are none, a lease that it renews. */
import type { Clock } from "@attune/protocol";
import type { LocksLike } from "../env/locks.js";
import type { Database } from "./database.js";
import { claimRows } from "./rows.js";
import type { Found } from "./rows.js";

/** A hidden page's timers run once a minute at worst. Source: Chrome, "Heavy throttling of chained JS timers", 2021. */
const LEASE_MS = 90_000;

/** One owner's sign of life, and its eye on the others. */
export interface Ownership {
  /** Whether nobody can have taken the own rows in the meantime. */
  readonly isSure: boolean;
  /** Resolves when the others can see that this one lives. Comes again and again. */
  hold(): Promise<void>;
  /** This one lets go. Rows that it still has may be claimed. */
  release(): void;
  /** Claims what an owner has; `undefined` while that one lives. */
  claim(owner: string): Promise<Found | undefined>;
  /** Claims it when that one is gone: `took` may come much later, or never. */
  wait(owner: string, took: (found: Found) => void, failed: (error: unknown) => void): void;
}

/** By locks: the browser gives a page's locks back when it ends, however it ends, and whoever waits is next. */
function lockOwnership(locks: LocksLike, prefix: string, me: string, database: Database): Ownership {
  let letGo: AbortController | undefined;
  let free = (): void => {};
  const waited = new Set<string>();
  return {
    isSure: true,
    hold() {
      if (letGo) return Promise.resolve();
      const holding = new AbortController();
      letGo = holding;
      return new Promise((resolve, reject) => {
        const held = new Promise<void>((end) => {
          free = end;
        });
        locks
          .request(prefix + me, { signal: holding.signal }, () => {
            resolve();
            return held;
          })
          .catch((error: unknown) => (holding.signal.aborted ? resolve() : reject(error)));
      });
    },
    release() {
      letGo?.abort();
      letGo = undefined;
      waited.clear();
      free();
    },
    async claim(owner) {
      let found: Found | undefined;
      await locks.request(prefix + owner, { ifAvailable: true }, async (lock) => {
        if (lock) found = await claimRows(database, owner, me);
      });
      return found;
    },
    wait(owner, took, failed) {
      if (!letGo || waited.has(owner)) return;
      const { signal } = letGo;
      waited.add(owner);
      locks
        .request(prefix + owner, { signal }, async () => {
          waited.delete(owner);
          const found = signal.aborted ? undefined : await claimRows(database, owner, me);
          if (found) took(found);
        })
        .catch((error: unknown) => signal.aborted || failed(error));
    },
  };
}

/** By leases: an owner that has not renewed its own for 90 s counts as gone. One that was only asleep finds its rows taken. */
function leaseOwnership(clock: Clock, me: string, database: Database): Ownership {
  return {
    isSure: false,
    async hold() {
      await database.put("owners", { owner: me, untilMs: clock.now() + LEASE_MS });
    },
    release() {
      database.delete("owners", me).catch(() => {});
    },
    claim: (owner) => claimRows(database, owner, me, (untilMs) => untilMs <= clock.now()),
    // The next look asks again.
    wait() {},
  };
}

/** Locks where there are any, else leases; held when it resolves. */
export async function ownershipOf({
  database,
  locks,
  prefix,
  me,
  clock,
}: {
  readonly database: Database;
  readonly locks: LocksLike | false | undefined;
  readonly prefix: string;
  readonly me: string;
  readonly clock: Clock;
}): Promise<Ownership> {
  if (locks) {
    const byLocks = lockOwnership(locks, prefix, me, database);
    // A page of an opaque origin may not lock.
    const isHeld = await byLocks.hold().then(
      () => true,
      () => false,
    );
    if (isHeld) return byLocks;
  }
  const byLease = leaseOwnership(clock, me, database);
  await byLease.hold();
  return byLease;
}
