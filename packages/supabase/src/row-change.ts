/** A change of a row, as the app sees it. Pure. */
import type { ChangePayload } from "./sdk-changes.js";

/** A row was added. */
export interface RowInsert<Row> {
  readonly type: "insert";
  readonly new: Row;
  readonly old: null;
  readonly commitTimestamp: string;
}

/** A row is another than before. */
export interface RowUpdate<Row> {
  readonly type: "update";
  readonly new: Row;
  /** The primary key; with `replica identity full` all of it. */
  readonly old: Readonly<Partial<Row>>;
  readonly commitTimestamp: string;
}

/** A row is gone. */
export interface RowDelete<Row> {
  readonly type: "delete";
  readonly new: null;
  /** The primary key; with `replica identity full`, and without row level security, all of it. */
  readonly old: Readonly<Partial<Row>>;
  readonly commitTimestamp: string;
}

/** A change of a table. */
export type RowChange<Row> = RowInsert<Row> | RowUpdate<Row> | RowDelete<Row>;

/** Translates a change, in the columns that the app says its rows have. */
export function toRowChange<Row>(payload: ChangePayload): RowChange<Row> {
  const { commit_timestamp: commitTimestamp } = payload;
  const row = payload.new as Row;
  const old = payload.old as Partial<Row>;
  switch (payload.eventType) {
    case "INSERT":
      return { type: "insert", new: row, old: null, commitTimestamp };
    case "UPDATE":
      return { type: "update", new: row, old, commitTimestamp };
    case "DELETE":
      return { type: "delete", new: null, old, commitTimestamp };
  }
}
