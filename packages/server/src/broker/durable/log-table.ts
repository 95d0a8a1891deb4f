/** The logs of all channels as rows: appends, trims and reads them. */
import type { LogPosition } from "@attune/protocol";
import type { LogPage, NewMessage, ReadRange, StoredMessage } from "../broker.js";
import { type HistoryBounds, mayStay } from "../history-bounds.js";
import type { SqlDatabase, SqlStatement } from "./sql-database.js";

/** How many rows a trim looks at: few at first, because of a log in use one goes for each that comes. */
const FIRST_LOOK = 2;
const NEXT_LOOK = 64;

interface LogRow {
  readonly id: number;
  readonly epoch: string;
  /** Offset of the oldest message in the table; the end + 1 when there is none. */
  readonly first: number;
  readonly last: number;
  readonly last_id: string;
  readonly chars: number;
}

interface MessageRow {
  readonly offset: number;
  readonly id: string;
  readonly json: string;
}

/** What may stay of a log. */
interface Rest {
  readonly first: number;
  readonly chars: number;
}

/** Tables `logs` and `messages`. */
export class LogTable {
  readonly #bounds: HistoryBounds;
  readonly #find: SqlStatement;
  readonly #create: SqlStatement;
  readonly #update: SqlStatement;
  readonly #insert: SqlStatement;
  readonly #oldest: SqlStatement;
  readonly #delete: SqlStatement;
  readonly #after: SqlStatement;
  readonly #before: SqlStatement;
  readonly #walk: SqlStatement;
  readonly #count: SqlStatement;
  readonly #forget: SqlStatement;

  constructor(database: SqlDatabase, bounds: HistoryBounds) {
    const columns = "id, epoch, first, last, last_id, chars";
    const page = "SELECT offset, id, json FROM messages WHERE log = ?";
    this.#bounds = bounds;
    this.#find = database.prepare(`SELECT ${columns} FROM logs WHERE channel = ?`);
    this.#create = database.prepare(
      `INSERT INTO logs (channel, epoch, first, last, last_id, chars, used_ms) VALUES (?, ?, 1, 0, '""', 0, 0)`,
    );
    this.#update = database.prepare(
      "UPDATE logs SET first = ?, last = ?, last_id = ?, chars = ?, used_ms = max(used_ms, ?) WHERE id = ?",
    );
    this.#insert = database.prepare("INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)");
    this.#oldest = database.prepare(
      "SELECT timestamp_ms, chars FROM messages WHERE log = ? AND offset >= ? ORDER BY offset LIMIT ?",
    );
    this.#delete = database.prepare("DELETE FROM messages WHERE log = ? AND offset < ?");
    this.#after = database.prepare(`${page} AND offset > ? ORDER BY offset LIMIT ?`);
    this.#before = database.prepare(`${page} AND offset >= ? AND offset < ? ORDER BY offset DESC LIMIT ?`);
    this.#walk = database.prepare(`SELECT ${columns} FROM logs WHERE id > ? AND first <= last ORDER BY id LIMIT ?`);
    this.#count = database.prepare("SELECT count(*) AS count FROM logs");
    this.#forget = database.prepare(
      "DELETE FROM logs WHERE id IN (SELECT id FROM logs WHERE first > last ORDER BY used_ms LIMIT ?)",
    );
  }

  /** The end of a channel's log; `undefined` when it never had a message. */
  position(channel: string): LogPosition | undefined {
    const row = this.#rowOf(channel);
    return row && positionOf(row);
  }

  /** @param newEpoch for a channel that never had a message */
  append(
    channel: string,
    { id, tail }: NewMessage,
    newEpoch: string,
    nowMs: number,
  ): { stored: StoredMessage; position: LogPosition } {
    const row = this.#rowOf(channel) ?? this.#newRow(channel, newEpoch);
    const offset = row.last + 1;
    const stored = { offset, id, json: `[${offset}${tail}` };
    const chars = stored.json.length;
    this.#insert.run(row.id, offset, JSON.stringify(id), nowMs, chars, stored.json);
    this.#trim({ ...row, last: offset, last_id: JSON.stringify(id), chars: row.chars + chars }, nowMs, true);
    return { stored, position: { epoch: row.epoch, offset, id } };
  }

  /** Trimmed or not, what is past its bounds is not shown. `undefined` when the channel never had a message. */
  read(channel: string, range: ReadRange, nowMs: number): LogPage | undefined {
    const row = this.#rowOf(channel);
    if (!row) return undefined;
    const { first } = this.#restOf(row, nowMs);
    const limit = Math.max(0, range.limit);
    const rows =
      "after" in range
        ? this.#after.all(row.id, Math.max(range.after, first - 1), limit)
        : this.#before.all(row.id, first, range.before, limit).reverse();
    return { position: positionOf(row), first, messages: (rows as MessageRow[]).map(toMessage) };
  }

  /**
   * Trims some logs.
   *
   * @param after where the last walk ended
   * @returns where this one ended; `undefined` when it reached the end
   */
  trimSome(after: number, limit: number, nowMs: number): number | undefined {
    const rows = this.#walk.all(after, limit) as LogRow[];
    for (const row of rows) this.#trim(row, nowMs, false);
    return rows.length < limit ? undefined : rows.at(-1)?.id;
  }

  /** Forgets the ends of channels that are empty, the one unused for longest first. @returns whether it forgot any */
  forgetEnds(max: number): boolean {
    const tooMany = (this.#count.get() as { count: number }).count - max;
    if (tooMany <= 0) return false;
    return (this.#forget.run(tooMany) as { changes: number }).changes > 0;
  }

  #rowOf(channel: string): LogRow | undefined {
    return this.#find.get(channel) as LogRow | undefined;
  }

  #newRow(channel: string, epoch: string): LogRow {
    this.#create.run(channel, epoch);
    return this.#rowOf(channel) as LogRow;
  }

  #trim(row: LogRow, nowMs: number, isChanged: boolean): void {
    const rest = this.#restOf(row, nowMs);
    if (rest.first > row.first) this.#delete.run(row.id, rest.first);
    else if (!isChanged) return;
    this.#update.run(rest.first, row.last, row.last_id, rest.chars, isChanged ? nowMs : 0, row.id);
  }

  #restOf({ id, first, last, chars }: LogRow, nowMs: number): Rest {
    let rest: Rest = { first, chars };
    while (rest.first <= last) {
      const look = rest.first === first ? FIRST_LOOK : NEXT_LOOK;
      const rows = this.#oldest.all(id, rest.first, look) as { timestamp_ms: number; chars: number }[];
      for (const oldest of rows) {
        const kept = { messages: last - rest.first + 1, chars: rest.chars };
        if (mayStay(this.#bounds, kept, oldest.timestamp_ms, nowMs)) return rest;
        rest = { first: rest.first + 1, chars: rest.chars - oldest.chars };
      }
      if (rows.length === 0) break;
    }
    return rest;
  }
}

function positionOf({ epoch, last, last_id }: LogRow): LogPosition {
  return { epoch, offset: last, id: JSON.parse(last_id) as string };
}

function toMessage({ offset, id, json }: MessageRow): StoredMessage {
  return { offset, id: JSON.parse(id) as string, json };
}
