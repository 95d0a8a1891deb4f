/** Messages of the durable lane: where they stand in a channel's log, and how they travel. */

/** A place in a channel's log. `id` is the message there ("" before the first), so that a log that diverged is noticed. */
export interface LogPosition {
  readonly epoch: string;
  /** 0 before the first message; the first message has 1. */
  readonly offset: number;
  readonly id: string;
}

/** {@link LogPosition} on the wire. */
export type WirePosition = readonly [epoch: string, offset: number, id: string];

/** Who sent a message. Absent when the backend published it. */
export interface Sender {
  readonly userId: string;
  readonly name: string;
}

/** A message on the wire: offset, id, event, data, sender (user id and name) or 0, server milliseconds. */
export type WireMessage = readonly [
  offset: number,
  id: string,
  event: string,
  data: unknown,
  sender: readonly [userId: string, name: string] | 0,
  timestampMs: number,
];

/** A message that stands in a log. */
export interface LogMessage {
  readonly position: LogPosition;
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
  readonly sender?: Sender;
  readonly timestampMs: number;
}

/** Unpacks a message; the epoch travels once per frame, outside of it. */
export function fromWireMessage(epoch: string, wire: WireMessage): LogMessage {
  const [offset, id, event, data, sender, timestampMs] = wire;
  return {
    position: { epoch, offset, id },
    id,
    event,
    data,
    timestampMs,
    ...(sender ? { sender: { userId: sender[0], name: sender[1] } } : {}),
  };
}

/** Unpacks a position. */
export function fromWirePosition([epoch, offset, id]: WirePosition): LogPosition {
  return { epoch, offset, id };
}

/** Packs a position. */
export function toWirePosition({ epoch, offset, id }: LogPosition): WirePosition {
  return [epoch, offset, id];
}

/**
 * The id that the server gives a published message: who, which producer, which of its records.
 *
 * The user id stands in front so that nobody can claim the id of somebody else's message.
 */
export function messageId(userId: string | undefined, producer: string, sequence: number): string {
  return `${userId ?? ""}:${producer}:${sequence}`;
}
