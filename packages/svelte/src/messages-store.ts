/** The messages of one event of a channel as a readable store, for use outside components. */
import {
  type ChannelDefinitions,
  type ChannelNameOf,
  type DefinitionOf,
  type EventData,
  type EventOf,
  type Realtime,
  timeline,
} from "@attune/core";
import type { Readable } from "svelte/store";
import { storeOf } from "./stores.js";
import type { Message, UseMessagesOptions } from "./use-messages.js";

/**
 * The messages of one event, in order, the last 1,000; who subscribes holds a lease of the channel.
 *
 * @throws {RealtimeError} `invalid-channel`
 * @example
 * ```ts
 * import type { Realtime } from "@attune/core";
 * import { messagesStore } from "@attune/svelte";
 * declare const realtime: Realtime;
 * const messages = messagesStore(realtime, "presence:room:1", "message", { pending: true });
 * ```
 */
export function messagesStore<
  D extends ChannelDefinitions,
  N extends ChannelNameOf<D>,
  E extends EventOf<DefinitionOf<D, N>>,
  Pending extends boolean = false,
>(
  realtime: Realtime<D>,
  channel: N,
  event: E,
  { pending }: UseMessagesOptions<Pending> = {},
): Readable<readonly Message<EventData<DefinitionOf<D, N>, E>, Pending>[]> {
  const handle = realtime.channel(channel);
  const atom = pending ? timeline(realtime, channel, event) : handle.messages(event);
  // `never`: TypeScript cannot tell by a type parameter which of the two it is.
  return storeOf(atom as never, handle);
}
