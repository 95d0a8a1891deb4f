/** The messages of one event of a channel, as a composable. */
import { type Ack, type EventData, type EventOf, type MessageItem, type TimelineItem, timeline } from "@attune/core";
import {
  type ChannelName,
  type Definition,
  type MaybeGetter,
  toValue,
  useAtom,
  useLease,
  type Value,
} from "./bridge.svelte.js";
import { useRealtime } from "./context.js";

/** Options of {@link useMessages}. */
export interface UseMessagesOptions<Pending extends boolean = boolean> {
  /** Shows my own messages at once, as `type: "pending"` until they are delivered. Default `false`: delivered ones only. */
  readonly pending?: Pending;
}

/** A delivered message, or a gap; with `pending: true`, one of mine that is on its way too. */
export type Message<Data, Pending extends boolean = false> = Pending extends true
  ? TimelineItem<Data>
  : MessageItem<Data>;

/** What {@link useMessages} gives. */
export interface UseMessagesReturn<Data, Pending extends boolean = false> {
  /** In order, the last 1,000. Each has a `key` for lists, the same from pending to delivered; `type: "gap"` marks a hole. */
  readonly messages: Value<readonly Message<Data, Pending>[]>;
  /** Publishes such a message; queued while offline. */
  publish(data: Data): Promise<Ack>;
}

/**
 * Joins a channel and shows the messages of one event, for as long as the component lives.
 *
 * @param channel a name, or a getter of one: when it changes, the old channel is left and the new one joined
 * @param event its name, or a getter of it
 * @throws {RealtimeError} `missing-context`, `invalid-channel`
 * @example
 * ```ts
 * import { useMessages } from "@attune/svelte";
 * const { messages, publish } = useMessages("presence:room:1", "message", { pending: true });
 * await publish({ text: "Hello" });
 * ```
 */
export function useMessages<N extends ChannelName, E extends EventOf<Definition<N>>, Pending extends boolean = false>(
  channel: MaybeGetter<N>,
  event: MaybeGetter<E>,
  { pending }: UseMessagesOptions<Pending> = {},
): UseMessagesReturn<EventData<Definition<N>, E>, Pending> {
  const realtime = useRealtime();
  const handle = useLease(channel);
  const source = () =>
    pending ? timeline(realtime, toValue(channel), toValue(event)) : handle.current.messages(toValue(event));
  return {
    // `never`: TypeScript cannot tell by a type parameter which of the two it is.
    messages: useAtom(source as () => never),
    publish: (data) => handle.current.publish(toValue(event), data),
  };
}
