/** The messages of one channel, in the order in which they were taken. */
import type { LogMessage, LogPosition, Sender } from "@attune/protocol";

/** A message that has no place in the log yet. */
export interface Draft {
  readonly event: string;
  readonly data: unknown;
  readonly sender?: Sender;
}

/** An append-only log that may lose its beginning, never its end. */
export interface ChannelLog {
  readonly end: LogPosition;
  readonly messages: readonly LogMessage[];
  append(draft: Draft, id: string, timestampMs: number): LogMessage;
  /** What follows a position, and whether that is all that ever followed it. */
  after(position: LogPosition): { readonly messages: readonly LogMessage[]; readonly isContinuous: boolean };
  /** The last messages, or the last before a position, oldest first. */
  page(limit: number, before?: LogPosition): { readonly messages: readonly LogMessage[]; readonly hasMore: boolean };
  /** Forgets all but the last messages. The end stays where it is. */
  trim(keep: number): void;
}

/** Starts an empty log. Another epoch is another log, even where offsets agree. */
export function createChannelLog(epoch: string): ChannelLog {
  const messages: LogMessage[] = [];
  let end: LogPosition = { epoch, offset: 0, id: "" };
  const firstOffset = () => end.offset - messages.length + 1;

  /** Whether this log has, or had, exactly that message at that offset, as far as it can tell. */
  function isPartOfLog({ epoch: itsEpoch, offset, id }: LogPosition): boolean {
    if (itsEpoch !== epoch || offset > end.offset) return false;
    if (offset === end.offset) return id === end.id;
    const kept = messages[offset - firstOffset()];
    return kept ? kept.id === id : true;
  }

  return {
    messages,
    get end() {
      return end;
    },
    append(draft, id, timestampMs) {
      end = { epoch, offset: end.offset + 1, id };
      const message = { ...draft, id, timestampMs, position: end };
      messages.push(message);
      return message;
    },
    after(position) {
      if (!isPartOfLog(position)) return { messages: [], isContinuous: false };
      const missing = position.offset + 1 - firstOffset();
      return { messages: messages.slice(Math.max(0, missing)), isContinuous: missing >= 0 };
    },
    page(limit, before) {
      const until = before?.epoch === epoch ? Math.max(0, before.offset - firstOffset()) : messages.length;
      const from = Math.max(0, until - limit);
      return { messages: messages.slice(from, until), hasMore: from > 0 };
    },
    trim(keep) {
      messages.splice(0, Math.max(0, messages.length - keep));
    },
  };
}
