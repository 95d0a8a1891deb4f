/** The few methods of an SQLite binding that the durable broker uses, and one transaction around many of them. */

/** What is bound to a statement, or comes back in a row. */
export type SqlValue = string | number | null;

/** A prepared statement, as libsql, better-sqlite3 and others have it. */
export interface SqlStatement {
  run(...values: SqlValue[]): unknown;
  get(...values: SqlValue[]): unknown;
  all(...values: SqlValue[]): unknown[];
}

/** An open database. Every call is synchronous. */
export interface SqlDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqlStatement;
  close(): unknown;
}

/** Does all of `run` or nothing of it. */
export function inTransaction<T>(database: SqlDatabase, run: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = run();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    try {
      database.exec("ROLLBACK");
    } catch {
      // A full disk has rolled it back already.
    }
    throw error;
  }
}
