/** What is done to the database, one transaction each. */
import type { OutboxRecord } from "../outbox/record.js";
import { fromKept } from "../storage/kept-record.js";
import type { IDBPTransaction, StoreNames } from "idb";
import type { Database, Row, Schema } from "./database.js";

/** Unreadable rows that are kept for a look at them; older ones go. */
const MAX_SET_ASIDE = 100;

// A relaxed write survives the end of the page and of the browser, and is lost with the machine's power only. A strict one waits for the
// disk each time, some milliseconds to some tens. Source: Indexed Database API 3.0, "durability hint".
const RELAXED = { durability: "relaxed" } as const;

function begin<N extends StoreNames<Schema>>(
  database: Database,
  ...stores: N[]
): IDBPTransaction<Schema, N[], "readwrite"> {
  const begun = database.transaction(stores, "readwrite", RELAXED);
  // Whoever awaits it gets the failure. Nobody may, when a request failed before.
  begun.done.catch(() => {});
  return begun;
}

/** Writes one row. Handed over whole before it returns, so that it is written even if the page ends in the next instant. */
export async function putRow(database: Database, row: Row): Promise<void> {
  const writing = begin(database, "records");
  const put = writing.objectStore("records").put(row);
  // Otherwise the page itself would have to come back, after the put, to end the transaction.
  writing.commit();
  await Promise.all([put, writing.done]);
}

/** Writes one row, if nobody else has it by now: one that is gone, though it was written before, was taken and dealt with. */
export async function putOwnRow(database: Database, row: Row, wasThere: boolean): Promise<boolean> {
  const writing = begin(database, "records");
  const found = await writing.objectStore("records").get(row.id);
  const isMine = found ? found.owner === row.owner : !wasThere;
  if (isMine) await writing.objectStore("records").put(row);
  await writing.done;
  return isMine;
}

/** Forgets one. */
export async function deleteRow(database: Database, id: string): Promise<void> {
  const writing = begin(database, "records");
  const deletion = writing.objectStore("records").delete(id);
  writing.commit();
  await Promise.all([deletion, writing.done]);
}

/** Everybody who has records, alive or not. */
export async function ownersIn(database: Database): Promise<readonly string[]> {
  const owners: string[] = [];
  const reading = database.transaction("records");
  for (let at = await reading.store.index("owner").openKeyCursor(null, "nextunique"); at; at = await at.continue())
    owners.push(at.key);
  return owners;
}

/** What a claim found. */
export interface Found {
  readonly records: readonly OutboxRecord[];
  /** How many rows could not be read. */
  readonly setAside: number;
}

/**
 * Makes everything of one owner another's, in one transaction: of two who try, one gets it. `undefined` while its lease runs.
 *
 * @param isGone asked inside the transaction whether the owner's lease is over; absent where a lock has told that
 */
export async function claimRows(
  database: Database,
  from: string,
  to: string,
  isGone?: (untilMs: number) => boolean,
): Promise<Found | undefined> {
  const claiming = begin(database, "records", "set-aside", "owners");
  const records: OutboxRecord[] = [];
  let setAside = 0;
  const lease = isGone && (await claiming.objectStore("owners").get(from));
  if (lease && !isGone(lease.untilMs)) return undefined;
  if (lease) await claiming.objectStore("owners").delete(from);
  // All at once: a claim that took its time would keep this page's own writes waiting, and they would end with it.
  const rows = claiming.objectStore("records");
  const writes: Promise<unknown>[] = [];
  for (const row of await rows.index("owner").getAll(from)) {
    const record = fromKept(row.record);
    if (record) {
      records.push(record);
      writes.push(rows.put({ ...row, owner: to }));
    } else {
      setAside += 1;
      writes.push(claiming.objectStore("set-aside").add(row), rows.delete(row.id));
    }
  }
  await Promise.all(writes);
  if (setAside) await trim(claiming.objectStore("set-aside"));
  await claiming.done;
  return { records, setAside };
}

/** Sets aside the rows that are nobody's, which no claim would find. */
export async function sweepRows(database: Database): Promise<number> {
  const counting = database.transaction("records").store;
  const [all, owned] = await Promise.all([counting.count(), counting.index("owner").count()]);
  let setAside = 0;
  if (all === owned) return setAside;
  const sweeping = begin(database, "records", "set-aside");
  for (let at = await sweeping.objectStore("records").openCursor(); at; at = await at.continue()) {
    if (typeof (at.value as Partial<Row>).owner === "string") continue;
    setAside += 1;
    await sweeping.objectStore("set-aside").add(at.value);
    await at.delete();
  }
  await trim(sweeping.objectStore("set-aside"));
  await sweeping.done;
  return setAside;
}

async function trim(store: { getAllKeys(): Promise<number[]>; delete(key: number): Promise<void> }): Promise<void> {
  const keys = await store.getAllKeys();
  for (const key of keys.slice(0, -MAX_SET_ASIDE)) await store.delete(key);
}
