/** A listener to one event of a channel, as a composable. */
import type { ChannelNotices, CustomStateOf, EventData, EventOf, RealtimeMessage } from "@attune/core";
import { type MaybeRefOrGetter, toValue, watchPostEffect } from "vue";
import { type ChannelName, type Definition, useHandle, useLease } from "./bridge.js";

/** What can be listened to: the events of a channel, and its notices (`member_joined`, `sync_requested`, ...). */
export type EventName<N extends string> = EventOf<Definition<N>> | keyof ChannelNotices;

/** What a listener is called with. */
export type EventValue<N extends string, E extends string> = E extends keyof ChannelNotices
  ? ChannelNotices<CustomStateOf<Definition<N>>>[E]
  : RealtimeMessage<EventData<Definition<N>, E>>;

/**
 * Joins a channel and listens to one event, for as long as the scope lives.
 *
 * @param channel a name, or a ref or getter of one
 * @param event its name, or a ref or getter of it; `member_joined`, `member_left`, `member_updated` and `sync_requested` too
 * @param callback gets the message; of a notice, its value
 * @throws {RealtimeError} `missing-context`, `invalid-channel`
 * @example
 * ```ts
 * import { useEvent } from "@attune/vue";
 * useEvent("public:news", "headline", ({ data, timestamp }) => console.log(data, timestamp));
 * useEvent("presence:room:1", "member_joined", (member) => console.log(member.name));
 * ```
 */
export function useEvent<N extends ChannelName, E extends EventName<N>>(
  channel: MaybeRefOrGetter<N>,
  event: MaybeRefOrGetter<E>,
  callback: (value: EventValue<N, E>) => void,
): void {
  const handle = useHandle(channel);
  // `never`: TypeScript cannot choose an overload of `on` by a type parameter; the signature above has checked both.
  watchPostEffect((onCleanup) => onCleanup(handle.value.on(toValue(event) as never, callback as never)));
  // Joins after it listens, so that nothing falls between.
  useLease(channel);
}
