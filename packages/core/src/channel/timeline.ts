/** A channel's messages and my own unsent ones in one list. */
import type {
  ChannelDefinitions,
  ChannelNameOf,
  DefinitionOf,
  EventData,
  EventOf,
  RealtimeError,
} from "@attune/protocol";
import type { ReadableAtom } from "nanostores";
import { derived } from "../derived.js";
import type { OutboxRecord } from "../outbox/record.js";
import type { Realtime } from "../realtime-service.js";
import type { MessageItem } from "./channel-handle.js";

/** A message of mine that is not delivered yet. */
export interface PendingMessage<Data = unknown> {
  readonly type: "pending";
  /** The same as that of the message it becomes. */
  readonly key: string;
  /** For `retry(id)` and `discard(id)`. */
  readonly id: string;
  readonly event: string;
  readonly data: Data;
  readonly state: OutboxRecord["state"];
  readonly error?: RealtimeError | undefined;
  readonly sender?: undefined;
  /** When it was written, by this machine's clock. */
  readonly timestamp: number;
}

/** What a timeline holds: what was delivered, in order, then what waits. */
export type TimelineItem<Data = unknown> = MessageItem<Data> | PendingMessage<Data>;

/**
 * The messages of an event, followed by my own that are on their way: each under one key from `queued` to delivered.
 *
 * Does not join; a channel that somebody joined fills it.
 *
 * @throws {RealtimeError} `invalid-channel`
 */
export function timeline<
  D extends ChannelDefinitions,
  N extends ChannelNameOf<D>,
  E extends EventOf<DefinitionOf<D, N>>,
>(
  realtime: Realtime<D>,
  channel: N,
  event: E,
): ReadableAtom<readonly TimelineItem<EventData<DefinitionOf<D, N>, E>>[]> {
  type Data = EventData<DefinitionOf<D, N>, E>;
  const $messages: ReadableAtom<readonly MessageItem<Data>[]> = realtime.channel(channel).messages(event) as never;
  return derived($messages, realtime.$queue, (messages, queue): readonly TimelineItem<Data>[] => {
    const mine = queue.filter((record) => record.channel === channel && record.event === event);
    if (!mine.length) return messages;
    // A message can come back before its acknowledgement does.
    const delivered = new Set(messages.map(({ key }) => key));
    return [...messages, ...mine.filter(({ id }) => !delivered.has(id)).map(toPending<Data>)];
  });
}

function toPending<Data>({ id, event, data, state, error, createdAtMs }: OutboxRecord): PendingMessage<Data> {
  return { type: "pending", key: id, id, event, data: data as Data, state, timestamp: createdAtMs, error };
}
