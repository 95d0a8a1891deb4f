/** Opens libsql for one process alone, and loads it only then. */
import { RealtimeError } from "@attune/protocol";
import type { SqlDatabase } from "./sql-database.js";

/** Opens a file, and makes it when it is not there. Throws whatever SQLite throws. */
export type OpenDatabase = (file: string) => SqlDatabase;

/** @throws (rejects) {RealtimeError} `storage-failed` when libsql is not installed */
export async function loadLibsql(): Promise<OpenDatabase> {
  try {
    const { default: Libsql } = await import("libsql");
    return (file) => new Libsql(file, { timeout: 0 }) as SqlDatabase;
  } catch (cause) {
    throw new RealtimeError("storage-failed", 'The package "libsql" could not be loaded.', {
      hint: 'Install it beside @attune/server: "npm install libsql". It has binaries for Linux, macOS and Windows.',
      details: { reason: "not-installed" },
      cause,
    });
  }
}

/** Takes the lock, and holds it until {@link release}; the kernel frees it when the process dies. */
export function takeAlone(database: SqlDatabase): void {
  database.exec("PRAGMA locking_mode = EXCLUSIVE");
  // Any write takes the lock; before the journal's mode is changed, it is known that the file may be.
  database.exec("BEGIN IMMEDIATE; COMMIT");
}

/** @param isEachCommit whether a commit waits for the disk, or only the tidying up of the write-ahead log does */
export function syncAt(database: SqlDatabase, isEachCommit: boolean): void {
  database.exec(`PRAGMA synchronous = ${isEachCommit ? "FULL" : "NORMAL"}`);
}

/**
 * How the file is used. The write-ahead log is a chain of checksums: what is read of it after a crash is always a
 * beginning of what was written, with no holes.
 *
 * Source: https://www.sqlite.org/walformat.html and https://www.sqlite.org/pragma.html, read 2026-11-21.
 */
export function tune(database: SqlDatabase): void {
  database.exec("PRAGMA journal_mode = WAL");
  // On macOS a plain fsync() leaves data in the disk's own cache.
  database.exec("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON");
  database.exec("PRAGMA cache_size = -8192; PRAGMA journal_size_limit = 16777216");
}

/** Gives pages back to the disk once much of the file is unused, some at a time. */
export function shrink(database: SqlDatabase): void {
  const { page_count: pages = 0 } = database.prepare("PRAGMA page_count").get() as { page_count?: number };
  const { freelist_count: free = 0 } = database.prepare("PRAGMA freelist_count").get() as { freelist_count?: number };
  if (free > 1_000 && free > pages / 2) database.exec("PRAGMA incremental_vacuum(1000)");
}

/** @returns what is wrong with the structure of the file; `undefined` when nothing is */
export function damageOf(database: SqlDatabase): string | undefined {
  const { quick_check: answer } = database.prepare("PRAGMA quick_check(1)").get() as { quick_check: string };
  return answer === "ok" ? undefined : answer;
}

/** Closes it, and frees the lock at once: libsql itself frees it only when the last statement is garbage. */
export function release(database: SqlDatabase): void {
  try {
    database.exec("PRAGMA journal_mode = DELETE");
    database.exec("PRAGMA locking_mode = NORMAL");
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
  } finally {
    database.close();
  }
}
