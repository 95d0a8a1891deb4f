/** The contract of what keeps the outbox's records beyond the life of a page. */
import type { Clock } from "@attune/protocol";
import type { Page } from "../env/environment.js";
import type { OutboxRecord } from "./record.js";

/** Core's side of an open storage. */
export interface StorageHost {
  /** The owner of what is put from here on: new with every service, so that no two ever share records. */
  readonly owner: string;
  readonly clock: Clock;
  readonly page: Page;
  /**
   * Hands over records whose owner is gone. They belong to this owner from then on, and MUST have been taken from the other one
   * before, in one step, so that nobody else gets them. MUST NOT be called inside `open()`, nor after `close()`.
   */
  adopt(records: readonly OutboxRecord[]): void;
  /** Something failed in the background: the app is told, by the notice `error`. */
  report(error: unknown): void;
}

/** A storage as one service has it open. Its calls MUST take effect in their order. */
export interface OutboxStore {
  /**
   * Settles when what can be adopted at once was: until then nothing is sent, so that older messages go first. What it rejects with is
   * reported, and sending begins.
   */
  readonly ready: Promise<void>;
  /**
   * Keeps a record, in place of one with its id. The write MUST begin before it returns: the page may end right after.
   *
   * Resolves with whether it is kept now: on `false` or a rejection, which is reported, the message goes on in memory, and nothing
   * MUST be left under its id. With `"taken"`, and nothing written, where another owner has the record, or had it and is done with it:
   * that one sends it.
   */
  put(record: OutboxRecord): Promise<boolean | "taken">;
  /** Forgets a record of this owner's; MUST leave another owner's alone. What it rejects with is reported. */
  remove(id: string): Promise<void>;
  /** Ends the ownership and keeps the records: the next service adopts them. */
  close(): void;
}

/**
 * Where messages wait that must outlive the page: what `indexedDb()` and `memoryStorage()` are inside. To use one of your own, give it
 * to `keeper()` of `@attune/core/storage`.
 */
export interface OutboxStorage {
  /** Opens it for one service. MUST NOT throw: without a working storage, `put` resolves with `false`. */
  open(host: StorageHost): OutboxStore;
}
