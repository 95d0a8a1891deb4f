/** What the outbox and its keeper know of each other; types only, so that who keeps nothing pays for nothing. */
import type { Clock } from "@attune/protocol";
import type { Page } from "../env/environment.js";
import type { Entry, Failure } from "./entry.js";
import type { Lane } from "./lane.js";
import type { OutboxStorage } from "./outbox-storage.js";

/** The inside of an outbox. */
export interface OutboxInside {
  readonly producer: string;
  readonly clock: Clock;
  readonly page: Page;
  readonly queue: { readonly max: number };
  readonly dedupe: boolean;
  readonly entries: Map<string, Entry>;
  readonly lanes: Map<string, Lane<Entry>>;
  transact(run: () => void): void;
  report(error: unknown): void;
  onAdopted(): void;
  enqueue(entry: Entry): void;
  assign(entry: Entry): void;
  fail(entry: Entry, code: Failure, what: string): void;
  makeRoom(max: number): void;
  isOpen(entry: Entry): boolean;
  flush(): void;
}

/** A keeper at work for one outbox. It calls nothing of it before `attach` has returned. */
export interface Keeping {
  /** Before, nothing is sent: older messages go first. */
  readonly isReady: boolean;
  /** Writes it down as it is now; settles when that is done, or cannot be. */
  keep(entry: Entry): Promise<void>;
  forget(id: string): void;
  close(): void;
}

/**
 * Keeps the outbox beyond the life of a page: `indexedDb()` of `@attune/core/indexeddb`, `memoryStorage()` of `@attune/core/storage`, or
 * `keeper(yours)` of the latter.
 *
 * @example
 * ```ts
 * import { createRealtime, type Driver } from "@attune/core";
 * import { indexedDb } from "@attune/core/indexeddb";
 * declare const driver: Driver; // socketio("https://example.com")
 * const realtime = createRealtime({ driver, queue: { storage: indexedDb() } });
 * ```
 */
export interface Keeper extends OutboxStorage {
  attach(outbox: OutboxInside): Keeping;
}
