/** Keeps the outbox in IndexedDB, for the tabs of an origin: each record is one tab's to send. */
import { isRealtimeError, RealtimeError } from "@attune/protocol";
import { systemLocks } from "../env/locks.js";
import type { LocksLike } from "../env/locks.js";
import type { Keeper } from "../outbox/keeping.js";
import type { OutboxStore, StorageHost } from "../outbox/outbox-storage.js";
import { keeper } from "../storage/keeper.js";
import { createCalls } from "./calls.js";
import { absent, openDatabase } from "./database.js";
import { ownershipOf } from "./ownership.js";
import type { Ownership } from "./ownership.js";
import { ownersIn, sweepRows } from "./rows.js";
import type { Found } from "./rows.js";
import { createWrittenRows } from "./written-rows.js";

/** How often a service looks for records of tabs that have ended; also when it starts and when its page is shown. */
const LOOK_MS = 20_000;

/** Where, and how it is known who lives. */
export interface IndexedDbOptions {
  /**
   * The database. Default `"attune"`. An origin has one under each name: give services that talk to different servers different names,
   * or one would send what was written for the other. With the user in it, people who share a browser do not see each other's messages.
   */
  readonly name?: string;
  /** Default the browser's. `false`, and where there are none: leases of 90 s, so that what a killed tab left waits that long. */
  readonly locks?: LocksLike | false | undefined;
}

/**
 * Keeps the outbox in the browser's IndexedDB: queued messages survive a reload, a crash and the end of the tab, and the next page, or
 * another tab, sends them. Each is sent by one tab only.
 *
 * Where it cannot be had, messages wait in memory as without it, `isKept` is false, and the notice `error` says so once, with
 * `storage-failed`. On a server it does nothing.
 *
 * @example
 * ```ts
 * import { createRealtime, type Driver } from "@attune/core";
 * import { indexedDb } from "@attune/core/indexeddb";
 * declare const driver: Driver; // socketio("https://example.com")
 * createRealtime({ driver, queue: { storage: indexedDb({ name: "my-app" }) } });
 * ```
 */
export function indexedDb({ name = "attune", locks }: IndexedDbOptions = {}): Keeper {
  return keeper({ open: (host) => openStore(host, name, locks ?? systemLocks()) });
}

function openStore(host: StorageHost, name: string, locks: LocksLike | false | undefined): OutboxStore {
  const { owner, clock, page } = host;
  const calls = createCalls();
  const rows = createWrittenRows(owner, told);
  let ownership: Ownership | undefined;
  let cancelLook = (): void => {};
  let isClosed = false;
  let isFailing = false;

  function report(message: string, reason: string, cause?: unknown): void {
    host.report(new RealtimeError("storage-failed", message, { details: { reason }, cause }));
  }

  /** Each failure would be too often: once, until it works again. */
  function told(failure?: { readonly error: unknown }): void {
    const isNew = failure && !isFailing && !isClosed;
    isFailing = failure !== undefined;
    if (isNew) report(`The database "${name}" failed. What cannot be kept waits in memory.`, "failed", failure.error);
  }

  /** From here on in memory. */
  function giveUp(error?: RealtimeError): void {
    if (isClosed || (calls.isSettled && !calls.database)) return;
    calls.settle(undefined);
    rows.clear();
    cancelLook();
    ownership?.release();
    if (error) host.report(error);
  }

  async function start(): Promise<void> {
    // So that whoever made the service can listen to its errors before there is one.
    await undefined;
    // Rendering on a server is no failure.
    if (!globalThis.indexedDB) return giveUp("document" in globalThis ? absent(name, "missing") : undefined);
    try {
      const opened = await openDatabase(name, clock, (reason) => giveUp(absent(name, reason)));
      ownership = await ownershipOf({ database: opened, locks, prefix: `attune:${name}:`, me: owner, clock });
      calls.settle(opened);
    } catch (error) {
      giveUp(isRealtimeError(error, "storage-failed") ? error : absent(name, "broken", error));
    }
    if (isClosed) end();
    else await look(true);
  }

  /** Looks for records whose owner may be gone. */
  async function look(isFirst = false): Promise<void> {
    cancelLook();
    const { database } = calls;
    if (isClosed || !database || !ownership) return;
    cancelLook = clock.after(LOOK_MS, () => void look());
    try {
      await ownership.hold();
      rows.isAway = false;
      if (isFirst) found([{ records: [], setAside: await sweepRows(database) }]);
      const claims: Found[] = [];
      for (const other of await ownersIn(database)) {
        if (other === owner || isClosed) continue;
        const claimed = await ownership.claim(other);
        if (claimed) claims.push(claimed);
        else
          ownership.wait(
            other,
            (later) => found([later]),
            (error) => told({ error }),
          );
      }
      // Together: of what two of them wrote, the older goes first.
      found(claims);
    } catch (error) {
      told({ error });
    }
  }

  function found(claims: readonly Found[]): void {
    if (isClosed) return;
    const records = claims.flatMap((claim) => claim.records);
    const setAside = claims.reduce((sum, claim) => sum + claim.setAside, 0);
    if (setAside) report(`${setAside} messages kept in "${name}" cannot be read: they were set aside.`, "unreadable");
    for (const { id } of records) rows.add(id);
    if (records.length) host.adopt(records);
  }

  function onPage(): void {
    if (page.state() === "visible") void look();
    // A lock bars the back/forward cache, and a page in there must not sit on messages: with some, it is better not cached.
    if (page.state() !== "frozen" || rows.size) return;
    rows.isAway = true;
    ownership?.release();
  }

  function end(): void {
    ownership?.release();
    calls.database?.close();
  }

  const stopPage = page.onChange(onPage);
  return {
    ready: start(),
    put: (record) => calls.run((on) => rows.put(on, record, ownership?.isSure === true), false),
    remove: (id) => calls.run((on) => rows.remove(on, id), undefined),
    close() {
      stopPage();
      cancelLook();
      isClosed = true;
      if (calls.isSettled) end();
    },
  };
}
