/** The tables of the durable log, and which files this version can read. */
import { RealtimeError } from "@attune/protocol";
import { inTransaction, type SqlDatabase } from "./sql-database.js";

/** The format that is written and read. A change of any table raises it. */
const FORMAT = 1;

/** Marks a file as ours: "attn". */
const APPLICATION_ID = 0x6174746e;

/** Ids, owners and producers are kept as JSON: SQLite's text has no lone surrogates, and ends at a zero. */
const TABLES = `
  CREATE TABLE run (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1), epoch TEXT NOT NULL, generation INTEGER NOT NULL,
    sync TEXT NOT NULL, boot TEXT NOT NULL, is_closed INTEGER NOT NULL, commits INTEGER NOT NULL
  );
  CREATE TABLE logs (
    id INTEGER PRIMARY KEY, channel TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL, first INTEGER NOT NULL,
    last INTEGER NOT NULL, last_id TEXT NOT NULL, chars INTEGER NOT NULL, used_ms INTEGER NOT NULL
  );
  CREATE TABLE messages (
    log INTEGER NOT NULL, offset INTEGER NOT NULL, id TEXT NOT NULL, timestamp_ms INTEGER NOT NULL,
    chars INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (log, offset)
  ) WITHOUT ROWID;
  CREATE TABLE chains (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last INTEGER NOT NULL, results INTEGER NOT NULL,
    has_forgotten INTEGER NOT NULL, used INTEGER NOT NULL, used_ms INTEGER NOT NULL
  );
  CREATE INDEX chains_by_use ON chains (used);
  CREATE TABLE results (
    chain INTEGER NOT NULL, sequence INTEGER NOT NULL, epoch TEXT NOT NULL, offset INTEGER NOT NULL,
    id TEXT NOT NULL, timestamp_ms INTEGER NOT NULL, PRIMARY KEY (chain, sequence)
  ) WITHOUT ROWID;
  CREATE TABLE states (
    channel TEXT PRIMARY KEY, epoch TEXT NOT NULL, version INTEGER NOT NULL, json TEXT NOT NULL,
    chars INTEGER NOT NULL, used INTEGER NOT NULL
  );
  CREATE INDEX states_by_use ON states (used);
  CREATE TABLE state_results (
    name TEXT PRIMARY KEY, sequence INTEGER NOT NULL, epoch TEXT NOT NULL, version INTEGER NOT NULL,
    used INTEGER NOT NULL, used_ms INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX state_results_by_use ON state_results (used);
`;

function pragma(database: SqlDatabase, name: string): number {
  return (database.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[name] ?? 0;
}

/**
 * Looks whether a file can be read, and changes nothing in it.
 *
 * @returns whether it is new
 * @throws {RealtimeError} `storage-corrupt` for a file of another format, or of another program; whatever SQLite throws
 */
export function isNewFile(database: SqlDatabase, file: string): boolean {
  const format = pragma(database, "user_version");
  const owner = pragma(database, "application_id");
  const { count } = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get() as { count: number };
  if (owner === 0 && format === 0 && count === 0) return true;
  if (owner !== APPLICATION_ID) throw wrongFile("foreign", `"${file}" is a database of another program.`);
  if (format > FORMAT) throw wrongFile("newer", `"${file}" has format ${format}, and this version reads ${FORMAT}.`);
  if (format < FORMAT) throw wrongFile("older", `"${file}" has format ${format}, and this version reads ${FORMAT}.`);
  return false;
}

/** Makes the tables in a new file, all of them or none. */
export function createTables(database: SqlDatabase): void {
  // Before the first table: later it has no effect.
  database.exec("PRAGMA auto_vacuum = INCREMENTAL");
  inTransaction(database, () =>
    database.exec(`${TABLES} PRAGMA user_version = ${FORMAT}; PRAGMA application_id = ${APPLICATION_ID};`),
  );
}

const HINTS = {
  foreign: "Choose another path: this file is left as it is.",
  newer: "Start the version of @attune/server that wrote it, or move the directory away and start anew.",
  older: "Move the directory away and start anew, or let the version that wrote it drain first.",
};

function wrongFile(reason: keyof typeof HINTS, message: string): RealtimeError {
  return new RealtimeError("storage-corrupt", message, { hint: HINTS[reason], details: { reason } });
}
