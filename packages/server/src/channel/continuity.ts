/** Judges whether everything after a client's position is still there to be sent. */
import type { LogPosition } from "@attune/protocol";
import type { LogPage } from "../broker/broker.js";

/** Where a backfill begins, and whether it leaves nothing out. */
export interface Continuity {
  readonly isComplete: boolean;
  /** Offset after which it begins. */
  readonly after: number;
}

/**
 * Compares a client's position with the log.
 *
 * @param page the log, read from the message *at* `since`, so that its id can be compared
 * @returns incomplete, with all that is retained, when the epoch changed, messages after `since` were trimmed, or the log
 * is not the one that the client saw: it ends before `since`, or has another message there
 */
export function judgeContinuity(since: LogPosition, page: LogPage): Continuity {
  const { position, first } = page;
  const isWithin = since.epoch === position.epoch && since.offset <= position.offset && since.offset + 1 >= first;
  // When the message at `since` is itself trimmed, and the next one is not, nothing speaks against it.
  const known = idAt(since.offset, page) ?? since.id;
  return isWithin && known === since.id
    ? { isComplete: true, after: since.offset }
    : { isComplete: false, after: first - 1 };
}

function idAt(offset: number, { position, messages }: LogPage): string | undefined {
  if (offset === 0) return "";
  if (offset === position.offset) return position.id;
  return messages.find((message) => message.offset === offset)?.id;
}
