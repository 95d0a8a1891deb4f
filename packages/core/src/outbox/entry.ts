/** A record, and what only this service knows of it. */
import type { RealtimeError } from "@attune/protocol";
import type { Ack, OutboxRecord } from "./record.js";

/** What the outbox works with. */
export interface Entry {
  readonly sequence: number;
  record: OutboxRecord;
  tries: number;
  /** It may have arrived, whatever its state says now. */
  wasSent: boolean;
  /** Another owner has its record: how it ends here is not written down. */
  isTaken?: true;
  check(): void;
  resolve(ack: Ack): void;
  reject(error: RealtimeError): void;
}

/** Why a message ended without an ack. */
export type Failure = "overflow" | "expired" | "refused" | "outcome-unknown" | "wrong-user" | "disposed";

/** The lane it is in. */
export function keyOf({ record }: Entry): string {
  return `${record.producer} ${record.channel}`;
}

/** A new record each time: what `$queue` shows never changes. */
export function change(entry: Entry, to: Partial<OutboxRecord>): void {
  entry.record = { ...entry.record, ...to };
}

/** Which one to drop. One that was sent before may have arrived, and dropping it would be a guess: those that never left go first. */
export function oldestOf(waiting: readonly Entry[]): Entry {
  return waiting.find(({ wasSent }) => !wasSent) ?? (waiting[0] as Entry);
}
