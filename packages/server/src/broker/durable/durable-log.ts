/** The log on disk: opened, written in groups, read, trimmed and closed. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { RealtimeError } from "@attune/protocol";
import type {
  AppendResult,
  ChainLink,
  LogPage,
  NewMessage,
  ReadRange,
  StateLink,
  StateResult,
  StateWrite,
  StoredMessage,
  StoredState,
} from "../broker.js";
import type { ChainBounds } from "../chain-link.js";
import type { HistoryBounds } from "../history-bounds.js";
import type { StateBounds } from "../state-link.js";
import { ChainTable } from "./chain-table.js";
import { LogTable } from "./log-table.js";
import { damageOf, type OpenDatabase, release, shrink, syncAt, takeAlone, tune } from "./open-database.js";
import { RunTable } from "./run-table.js";
import { createTables, isNewFile } from "./schema.js";
import { inTransaction, type SqlDatabase } from "./sql-database.js";
import { StateTable } from "./state-table.js";
import { toStorageError } from "./storage-error.js";
import { doubtOf, type Sync } from "./tail-proof.js";
import { TailWitness } from "./tail-witness.js";

/** How a log is opened. */
export interface DurableLogOptions {
  readonly path: string;
  readonly sync: Sync;
  readonly history: HistoryBounds;
  readonly dedupe: ChainBounds;
  readonly states: StateBounds;
  /** How many channels' ends are remembered. */
  readonly ends: number;
  readonly boot: string;
  readonly makeEpoch: () => string;
  readonly open: OpenDatabase;
  /** Whether somebody is on a channel. */
  readonly isOpen: (channel: string) => boolean;
}

/** What came of an append. */
export interface Appended {
  readonly result: AppendResult;
  /** Absent when nothing was written. */
  readonly stored?: StoredMessage;
}

/** How many logs, and how many chains, one step of sweeping looks at. */
const SWEEP_STEP = 200;

/** The log of one directory. Every method throws a {@link RealtimeError} of the storage when the disk will not have it. */
export class DurableLog {
  /** Why the end could not be proved when it was opened, and a new epoch began; `undefined` when it could. */
  readonly doubt: string | undefined;
  readonly #options: DurableLogOptions;
  readonly #database: SqlDatabase;
  readonly #witness: TailWitness;
  readonly #run: RunTable;
  readonly #logs: LogTable;
  readonly #chains: ChainTable;
  readonly #states: StateTable;
  #sweptTo = 0;
  #isClosed = false;

  /** @throws {RealtimeError} `storage-failed`, `storage-corrupt` */
  constructor(options: DurableLogOptions) {
    this.#options = options;
    const { path, sync } = options;
    const what = `The log in "${path}" could not be opened`;
    const file = join(path, "log.db");
    this.#database = attempt(what, () => {
      mkdirSync(path, { recursive: true });
      return options.open(file);
    });
    try {
      prepare(this.#database, file);
      this.#witness = new TailWitness(join(path, "tail"));
      this.#logs = new LogTable(this.#database, options.history);
      this.#chains = new ChainTable(this.#database, options.dedupe);
      this.#states = new StateTable(this.#database, options.states, options.dedupe, options.isOpen);
      this.#run = new RunTable(this.#database);
      this.doubt = this.#begin();
      syncAt(this.#database, sync === "full");
    } catch (error) {
      closeQuietly(this.#database);
      throw toStorageError(error, what);
    }
  }

  /** Runs writes as one transaction: all of them are on the disk now, or none is. */
  transact(writes: readonly (() => void)[]): void {
    this.#attempt("It could not be stored", () => {
      this.#together(() => {
        this.#run.count();
        for (const write of writes) write();
      });
      this.#run.counted();
    });
  }

  /** Within {@link transact}. */
  append(channel: string, message: NewMessage, nowMs: number): Appended {
    const { link, timestampMs } = message;
    const answer = link && this.#chains.check(channel, link, nowMs);
    if (answer) return { result: answer };
    const { stored, position } = this.#logs.append(channel, message, this.#run.newEpoch, nowMs);
    if (link) this.#chains.record(channel, link, { position, timestampMs }, nowMs);
    return { stored, result: { outcome: "stored", position, timestampMs, isRepeat: false } };
  }

  /** Within {@link transact}. */
  beginState(channel: string, initial: string): StoredState {
    return this.#states.begin(channel, initial, this.#options.makeEpoch);
  }

  /** Within {@link transact}. */
  writeState(channel: string, write: StateWrite, nowMs: number): StateResult {
    return this.#states.write(channel, write, nowMs);
  }

  /** Notes outside the database that what it holds is about to be acknowledged. */
  vouch(): void {
    this.#attempt("The count of transactions could not be written", () => this.#witness.write(this.#run.commits));
  }

  recall(channel: string, link: ChainLink, nowMs: number): AppendResult | undefined {
    return this.#attempt("The log could not be read", () => this.#chains.check(channel, link, nowMs));
  }

  read(channel: string, range: ReadRange, nowMs: number): LogPage {
    return this.#attempt("The log could not be read", () => {
      const page = this.#logs.read(channel, range, nowMs);
      return page ?? { position: { epoch: this.#run.newEpoch, offset: 0, id: "" }, first: 1, messages: [] };
    });
  }

  readState(channel: string): StoredState | undefined {
    return this.#attempt("The state could not be read", () => this.#states.read(channel));
  }

  recallState(channel: string, link: StateLink, nowMs: number): StateResult | undefined {
    return this.#attempt("The state could not be read", () => this.#states.recall(channel, link, nowMs));
  }

  /** Whether a channel ever had a message. */
  has(channel: string): boolean {
    return this.#attempt("The log could not be read", () => this.#logs.position(channel) !== undefined);
  }

  /**
   * Trims what nobody appends to, and forgets old chains: a step of it.
   *
   * @returns `isDone`: whether all logs were looked at; `isEpochNew`: whether channels without messages have a new epoch
   */
  sweep(nowMs: number): { isDone: boolean; isEpochNew: boolean } {
    return this.#attempt("The log could not be trimmed", () => {
      const swept = this.#together(() => {
        const to = this.#logs.trimSome(this.#sweptTo, SWEEP_STEP, nowMs);
        this.#chains.forgetOld(SWEEP_STEP, nowMs);
        this.#states.forgetOld(SWEEP_STEP, nowMs);
        const isEpochNew = this.#logs.forgetEnds(this.#options.ends);
        if (isEpochNew) this.#run.raise();
        return { to, isEpochNew };
      });
      this.#sweptTo = swept.to ?? 0;
      if (swept.isEpochNew) this.#run.raised();
      shrink(this.#database);
      return { isDone: swept.to === undefined, isEpochNew: swept.isEpochNew };
    });
  }

  /** Says that this was the end, waits until that is on the disk, and lets others open the directory. */
  close(): void {
    if (this.#isClosed) return;
    this.#attempt("The log could not be closed in order", () => {
      this.#isClosed = true;
      try {
        syncAt(this.#database, true);
        this.#run.close();
      } finally {
        this.#witness.close();
        release(this.#database);
      }
    });
  }

  #begin(): string | undefined {
    const { last } = this.#run;
    const { sync, boot, makeEpoch } = this.#options;
    const doubt = last && doubtOf(last, { boot, witnessed: this.#witness.witnessed });
    const epoch = !last || doubt ? makeEpoch() : undefined;
    // On the disk before anything else: were it lost with the power, an older "closed" would vouch for this run.
    inTransaction(this.#database, () => this.#run.begin({ sync, boot, epoch }));
    this.#witness.write(this.#run.commits);
    return doubt;
  }

  /** Runs a transaction. What the tables counted in one that came to nothing is counted anew. */
  #together<T>(run: () => T): T {
    try {
      return inTransaction(this.#database, run);
    } catch (error) {
      this.#chains.reload();
      this.#states.reload();
      throw error;
    }
  }

  #attempt<T>(what: string, run: () => T): T {
    if (this.#isClosed) {
      throw new RealtimeError("storage-failed", `${what}: the log was closed.`, { details: { reason: "closed" } });
    }
    return attempt(what, run);
  }
}

function prepare(database: SqlDatabase, file: string): void {
  syncAt(database, true);
  const isNew = isNewFile(database, file);
  takeAlone(database);
  if (isNew) createTables(database);
  tune(database);
  const damage = damageOf(database);
  if (damage !== undefined) throw Object.assign(new Error(damage), { code: "SQLITE_CORRUPT" });
}

function attempt<T>(what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw toStorageError(error, what);
  }
}

function closeQuietly(database: SqlDatabase): void {
  try {
    release(database);
  } catch {
    // The error that led here says more.
  }
}
