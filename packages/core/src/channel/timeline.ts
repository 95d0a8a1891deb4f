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
  const { messages: messagesOf, $status } = realtime.channel(channel);
  const $messages: ReadableAtom<readonly MessageItem<Data>[]> = messagesOf(event) as never;
  /** Those of mine that are on their way, or were acknowledged and are not delivered yet. */
  let underway: readonly OutboxRecord[] = [];
  let gaps = 0;
  return derived($messages, realtime.$queue, (messages, queue): readonly TimelineItem<Data>[] => {
    const mine = queue.filter((record) => record.channel === channel && record.event === event);
    const hadGaps = gaps;
    gaps = messages.filter(({ type }) => type === "gap").length;
    // Out of the queue, and not failed: acknowledged. What lies in a gap, or on a channel that is not joined, never comes.
    const isComing = gaps === hadGaps && $status.get().phase === "joined";
    const acked = underway.filter(({ id }) => isComing && !mine.some((record) => record.id === id));
    underway = [...acked, ...mine.filter(({ state }) => state === "sending")];
    if (!mine.length && !acked.length) return messages;
    // A message can come back before its acknowledgement does.
    const delivered = new Set(messages.map(({ key }) => key));
    underway = underway.filter(({ id }) => !delivered.has(id));
    const waiting = [...acked, ...mine].filter(({ id }) => !delivered.has(id));
    return [...messages, ...waiting.map(toPending<Data>)];
  });
}

function toPending<Data>({ id, event, data, state, error, createdAtMs }: OutboxRecord): PendingMessage<Data> {
  return { type: "pending", key: id, id, event, data: data as Data, state, timestamp: createdAtMs, error };
}
