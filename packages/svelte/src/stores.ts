/** Readable stores for use outside components: who subscribes to one of a channel holds a lease of it. */
import type {
  ChannelDefinitions,
  ChannelNameOf,
  ChannelStatus,
  ConnectionState,
  CustomStateOf,
  DefinitionOf,
  OutboxRecord,
  PresenceMember,
  Realtime,
  Sender,
} from "@attune/core";
import type { Readable } from "svelte/store";
import type { AtomLike } from "./bridge.svelte.js";

/** A store of an atom. Given a channel, each subscriber holds a lease of it; core counts them. */
export function storeOf<T>(atom: AtomLike<T>, channel?: { join(): () => void }): Readable<T> {
  return {
    subscribe(run) {
      const unlisten = atom.listen(() => run(atom.get()));
      run(atom.get());
      const leave = channel?.join();
      return () => {
        unlisten();
        leave?.();
      };
    },
  };
}

/**
 * The state of the connection. Does not connect.
 *
 * @example
 * ```ts
 * import type { Realtime } from "@attune/core";
 * import { connectionStore } from "@attune/svelte";
 * declare const realtime: Realtime;
 * const unsubscribe = connectionStore(realtime).subscribe(({ status }) => console.log(status));
 * ```
 */
export function connectionStore<D extends ChannelDefinitions>(realtime: Realtime<D>): Readable<ConnectionState> {
  return storeOf(realtime.$connection);
}

/** The messages of all channels that are not yet acknowledged, oldest first. */
export function queueStore<D extends ChannelDefinitions>(realtime: Realtime<D>): Readable<readonly OutboxRecord[]> {
  return storeOf(realtime.$queue);
}

/**
 * How far joining a channel is, and whether messages are missing.
 *
 * @throws {RealtimeError} `invalid-channel`; so do the other stores of a channel
 */
export function channelStore<D extends ChannelDefinitions>(
  realtime: Realtime<D>,
  channel: ChannelNameOf<D>,
): Readable<ChannelStatus> {
  const handle = realtime.channel(channel);
  return storeOf(handle.$status, handle);
}

/**
 * The members of a channel, me among them.
 *
 * @example
 * ```ts
 * import type { Realtime } from "@attune/core";
 * import { presenceStore } from "@attune/svelte";
 * declare const realtime: Realtime;
 * const leave = presenceStore(realtime, "presence:room:1").subscribe((members) => console.log(members.length));
 * ```
 */
export function presenceStore<D extends ChannelDefinitions, N extends ChannelNameOf<D>>(
  realtime: Realtime<D>,
  channel: N,
): Readable<readonly PresenceMember<CustomStateOf<DefinitionOf<D, N>>>[]> {
  const handle = realtime.channel(channel);
  return storeOf(handle.$members, handle);
}

/** The others who are typing on a channel. */
export function typingStore<D extends ChannelDefinitions>(
  realtime: Realtime<D>,
  channel: ChannelNameOf<D>,
): Readable<readonly Sender[]> {
  const handle = realtime.channel(channel);
  return storeOf(handle.$typing, handle);
}
