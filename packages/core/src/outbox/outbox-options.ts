/** What the outbox needs of the service. */
import type { Clock } from "@attune/protocol";
import type { Page } from "../env/environment.js";
import type { QueueOptions } from "./queue-options.js";
import type { Ack, OutboxRecord } from "./record.js";

/** What the outbox needs. */
export interface OutboxOptions {
  readonly clock: Clock;
  readonly page: Page;
  readonly producer: string;
  readonly queue: QueueOptions;
  /** Whether the provider recognises repeats. Without, nothing is ever sent twice. */
  readonly dedupe: boolean;
  /** Whether the provider takes a message only after the one before it. Without, there is one at a time, or a refusal would let others pass. */
  readonly keepsOrder: boolean;
  transact(run: () => void): void;
  report(error: unknown): void;
  /** Messages of an earlier page wait to be sent. */
  onAdopted(): void;
  onSent(record: OutboxRecord, ack: Ack): void;
  onFailed(record: OutboxRecord): void;
}
