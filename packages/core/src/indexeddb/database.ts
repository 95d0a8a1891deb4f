/** Opens the database, and says why it cannot be had. */
import { RealtimeError } from "@attune/protocol";
import type { Clock } from "@attune/protocol";
import { openDB } from "idb";
import type { DBSchema, IDBPDatabase } from "idb";
import type { KeptRecord } from "../storage/kept-record.js";

/** A record, and who may send it. */
export interface Row {
  readonly id: string;
  readonly owner: string;
  readonly record: KeptRecord;
}

/** What the database holds. */
export interface Schema extends DBSchema {
  records: { key: string; value: Row; indexes: { owner: string } };
  /** What could not be read, as it was found. */
  "set-aside": { key: number; value: unknown };
  /** Who lives, where there are no locks to tell. */
  owners: { key: string; value: { readonly owner: string; readonly untilMs: number } };
}

/** The database, open. */
export type Database = IDBPDatabase<Schema>;

const VERSION = 1;
/** Opening takes some milliseconds; some browsers have been seen to never answer. Source: WebKit bug 226547. */
const OPEN_MS = 5_000;

/** Why there is no database. */
export type Absence = "missing" | "newer" | "foreign" | "blocked" | "silent" | "ended" | "broken";

const BECAUSE: Readonly<Record<Absence, string>> = {
  missing: "this browser has none, or keeps it from private windows",
  newer: "a newer version of Attune has changed it",
  foreign: "something else is stored under its name",
  blocked: "another tab holds an older version open",
  silent: "the browser did not answer",
  ended: "it was deleted or changed by somebody else, or the browser closed it",
  broken: "the browser cannot open it",
};

/** The one report that messages wait in memory from now on. */
export function absent(name: string, reason: Absence, cause?: unknown): RealtimeError {
  return new RealtimeError(
    "storage-failed",
    `The database "${name}" cannot be used: ${BECAUSE[reason]}. Messages wait in memory.`,
    { details: { reason }, cause },
  );
}

/**
 * Opens the database, or makes it.
 *
 * @param ended tells, later, that it can no longer be used
 * @throws (rejects) {RealtimeError} `storage-failed`, with the `Absence` as `details.reason`
 */
export function openDatabase(name: string, clock: Clock, ended: (reason: Absence) => void): Promise<Database> {
  return new Promise((resolve, reject) => {
    const give = (reason: Absence, cause?: unknown): void => {
      cancel();
      reject(absent(name, reason, cause));
    };
    const cancel = clock.after(OPEN_MS, () => give("silent"));
    let open: Database | undefined;
    // Async, so that what the browser throws is a rejection too.
    const opening = async (): Promise<Database> =>
      openDB<Schema>(name, VERSION, {
        upgrade(database) {
          database.createObjectStore("records", { keyPath: "id" }).createIndex("owner", "owner");
          database.createObjectStore("set-aside", { autoIncrement: true });
          database.createObjectStore("owners", { keyPath: "owner" });
        },
        blocked: () => give("blocked"),
        // Another version, or a deletion, waits for this one to let go.
        blocking() {
          open?.close();
          ended("ended");
        },
        terminated: () => ended("ended"),
      });
    opening().then(
      (database) => {
        const isOurs = ["records", "set-aside", "owners"].every((store) =>
          database.objectStoreNames.contains(store as "records"),
        );
        // Too late for what was reported, or not ours: an open one would block whoever else wants it.
        open = database;
        if (!isOurs) database.close();
        if (!isOurs) return give("foreign");
        cancel();
        resolve(database);
      },
      (error: unknown) => give((error as Partial<Error> | null)?.name === "VersionError" ? "newer" : "broken", error),
    );
  });
}
