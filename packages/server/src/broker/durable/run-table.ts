/** The one row that says whose run a log is in: its epoch, and what proves that its tail is whole. */
import type { LastRun, Sync } from "./tail-proof.js";
import type { SqlDatabase, SqlStatement } from "./sql-database.js";

interface RunRow {
  readonly epoch: string;
  readonly generation: number;
  readonly sync: Sync;
  readonly boot: string;
  readonly is_closed: number;
  readonly commits: number;
}

/** A run that begins. */
export interface NewRun {
  readonly sync: Sync;
  readonly boot: string;
  /** Begins a new epoch of every log and state; `undefined` goes on in the old one. */
  readonly epoch: string | undefined;
}

/** Table `run`. */
export class RunTable {
  readonly #database: SqlDatabase;
  readonly #count: SqlStatement;
  #row: RunRow | undefined;

  constructor(database: SqlDatabase) {
    this.#database = database;
    this.#count = database.prepare("UPDATE run SET commits = ?");
    this.#row = database.prepare("SELECT * FROM run").get() as RunRow | undefined;
  }

  /** How the last run ended; `undefined` before the first. */
  get last(): LastRun | undefined {
    if (!this.#row) return undefined;
    const { sync, boot, is_closed, commits } = this.#row;
    return { sync, boot, isClosed: is_closed === 1, commits };
  }

  get commits(): number {
    return this.#row?.commits ?? 0;
  }

  /** The epoch of channels that never had a message. Once an end was forgotten, a channel that looks new may be that one. */
  get newEpoch(): string {
    const { epoch = "", generation = 0 } = this.#row ?? {};
    return generation === 0 ? epoch : `${epoch}.${generation}`;
  }

  begin({ sync, boot, epoch }: NewRun): void {
    const commits = this.commits;
    const generation = epoch === undefined ? (this.#row?.generation ?? 0) : 0;
    const row = { epoch: epoch ?? this.#row?.epoch ?? "", generation, sync, boot, is_closed: 0, commits };
    this.#database
      .prepare("INSERT OR REPLACE INTO run VALUES (1, ?, ?, ?, ?, ?, ?)")
      .run(row.epoch, row.generation, row.sync, row.boot, row.is_closed, row.commits);
    if (epoch !== undefined) {
      // Messages and states stay: whoever knows positions or versions of the old epoch is told that they say nothing now.
      this.#database.prepare("UPDATE logs SET epoch = ?").run(epoch);
      this.#database.prepare("UPDATE states SET epoch = ?").run(epoch);
    }
    this.#row = row;
  }

  /** Writes how many transactions there will be with this one. To be {@link counted} when it is committed. */
  count(): void {
    this.#count.run(this.commits + 1);
  }

  counted(): void {
    if (this.#row) this.#row = { ...this.#row, commits: this.#row.commits + 1 };
  }

  /** Ends of channels are about to be forgotten. To be {@link raised} when that is committed. */
  raise(): void {
    this.#database.prepare("UPDATE run SET generation = generation + 1").run();
  }

  raised(): void {
    if (this.#row) this.#row = { ...this.#row, generation: this.#row.generation + 1 };
  }

  close(): void {
    this.#database.prepare("UPDATE run SET is_closed = 1").run();
  }
}
