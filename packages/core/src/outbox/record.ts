/** A message in the outbox: what it is, and how far it got. */
import type { RealtimeError } from "@attune/protocol";
import type { Position, Published } from "../driver.js";

/** What a settled publish promises. `stored`: it stands in the log. `handed-over`: the provider took it, and promises no more. */
export type Ack =
  | { readonly guarantee: "stored"; readonly id: string; readonly position: Position; readonly timestamp: number }
  | { readonly guarantee: "handed-over" };

/** `queued`: waits for its turn. `sending`: on its way, no answer yet. `sent`: acknowledged, gone from the queue at once. `failed`: needs `retry` or `discard`. */
export type RecordState = "queued" | "sending" | "sent" | "failed";

/** A message in `$queue`. Producer and sequence belong to it, also when another service adopts it, so that a repeat is recognised. */
export interface OutboxRecord {
  /** For `retry(id)` and `discard(id)`; no other message has it, in other tabs neither. */
  readonly id: string;
  readonly channel: string;
  readonly event: string;
  readonly data: unknown;
  readonly state: RecordState;
  readonly producer: string;
  /** From 1, per (producer, channel). */
  readonly sequence: number;
  /** Under whom it was written; `undefined` before the first connection told. It is sent under that user only. */
  readonly userId: string | null | undefined;
  readonly createdAtMs: number;
  /** Whether `queue.storage` has it, so that it outlives the page. Without a storage `false`. */
  readonly isKept: boolean;
  /** Why it `failed`. */
  readonly error?: RealtimeError | undefined;
}

/** What the publisher is told of what a provider answered. */
export function toAck(published: Published): Ack {
  if (published.guarantee !== "stored") return { guarantee: "handed-over" };
  const { guarantee, id, position, timestampMs: timestamp } = published;
  return { guarantee, id, position, timestamp };
}
