/** The public face of the service: the names people use. */
import type {
  ChannelDefinitions,
  ChannelNameOf,
  CustomStateOf,
  DefinitionOf,
  EventData,
  EventOf,
  RealtimeError,
  SignalOf,
  SignalValue,
} from "@attune/protocol";
import type { ReadableAtom } from "nanostores";
import type { Channel, RealtimeMessage } from "./channel/channel-handle.js";
import type { ConnectionState } from "./connection/connection-state.js";
import type { Capabilities } from "./driver.js";
import type { Ack, OutboxRecord } from "./outbox/record.js";
import type { PresenceMember } from "./presence/member.js";
import type { PresencePatch } from "./presence/my-state.js";

/** What happens to the service as a whole, by name. */
export interface ServiceNotices {
  /** Attempts are used up, or the server said not to come back. `connect()` tries again. */
  permanently_disconnected: { readonly error: RealtimeError };
  /** A round trip took over 2,000 ms. */
  connection_degraded: { readonly latencyMs: number };
  /** Connected again after a loss, or fast again after `connection_degraded`. */
  connection_restored: { readonly latencyMs?: number };
  /** Messages of a channel are missing: load its state anew. */
  sync_requested: { readonly channel: string };
  /** A message was acknowledged, also one of an earlier page, whose `publish()` nobody awaits any more. */
  message_sent: OutboxRecord & { readonly ack: Ack };
  /** A queued message failed; it stays in `$queue` until `retry(id)` or `discard(id)`. */
  message_failed: OutboxRecord;
  /** Something in the background failed, among it errors thrown by listeners. Unheard, it goes to `env.report`. */
  error: RealtimeError;
}

/** Reads and watches the presence of a channel. */
export interface ChannelPresence<Custom = Record<string, unknown>> {
  getMembers(): readonly PresenceMember<Custom>[];
  /** Joins the channel for as long as it listens, like `subscribe`. So do the other two. */
  onJoin(callback: (member: PresenceMember<Custom>) => void): () => void;
  onLeave(callback: (member: PresenceMember<Custom>) => void): () => void;
  onUpdate(callback: (member: PresenceMember<Custom>) => void): () => void;
}

/** The service. Made by `createRealtime`; typed by the channels given there. */
export interface Realtime<D extends ChannelDefinitions = ChannelDefinitions> {
  /** One union that says everything about the connection. */
  readonly $connection: ReadableAtom<ConnectionState>;
  /** Messages that are not acknowledged, oldest first. */
  readonly $queue: ReadableAtom<readonly OutboxRecord[]>;
  readonly capabilities: Capabilities;
  /** Resolves when connected; calling twice makes no second connection. Rejects when attempts end, or at `disconnect()`. */
  connect(): Promise<void>;
  /** Graceful: others see me leave at once; listeners made through the service end. Leases of mounted components rejoin at the next `connect()`. */
  disconnect(): Promise<void>;
  /** Drops the connection and resumes at once with a new token, unseen by others. */
  reconnect(): void;
  /** Ends everything, for good. Unsettled publishes reject with `disposed`; with `queue.storage` the next service sends them all the same. */
  dispose(): void;
  channel<N extends ChannelNameOf<D>>(name: N): Channel<DefinitionOf<D, N>>;
  subscribe<N extends ChannelNameOf<D>, E extends EventOf<DefinitionOf<D, N>>>(
    channel: N,
    event: E,
    callback: (message: RealtimeMessage<EventData<DefinitionOf<D, N>, E>>) => void,
  ): () => void;
  /** Ends listeners made through `subscribe` and `subscribeToChannel`, of one event or of all; other components keep theirs. */
  unsubscribe<N extends ChannelNameOf<D>>(channel: N, event?: EventOf<DefinitionOf<D, N>>): void;
  subscribeToChannel<N extends ChannelNameOf<D>>(
    channel: N,
    callbacks: {
      readonly [E in EventOf<DefinitionOf<D, N>>]?: (
        message: RealtimeMessage<EventData<DefinitionOf<D, N>, E>>,
      ) => void;
    },
  ): () => void;
  publish<N extends ChannelNameOf<D>, E extends EventOf<DefinitionOf<D, N>>>(
    channel: N,
    event: E,
    data: EventData<DefinitionOf<D, N>, E>,
  ): Promise<Ack>;
  signal<N extends ChannelNameOf<D>, S extends SignalOf<DefinitionOf<D, N>>>(
    channel: N,
    name: S,
    value: SignalValue<DefinitionOf<D, N>, S>,
  ): void;
  presence<N extends ChannelNameOf<D>>(channel: N): ChannelPresence<CustomStateOf<DefinitionOf<D, N>>>;
  setPresenceState<N extends ChannelNameOf<D>>(
    channel: N,
    patch: PresencePatch<CustomStateOf<DefinitionOf<D, N>>>,
  ): void;
  startTyping(channel: ChannelNameOf<D>): void;
  stopTyping(channel: ChannelNameOf<D>): void;
  getConnectionState(): ConnectionState["status"];
  onConnectionChange(callback: (state: ConnectionState["status"]) => void): () => void;
  /** Milliseconds of the last round trip; `undefined` before the first heartbeat and while disconnected. */
  getLatency(): number | undefined;
  on<N extends keyof ServiceNotices>(notice: N, callback: (value: ServiceNotices[N]) => void): () => void;
  /** Sends a failed message again, as a new one at the end of the queue. */
  retry(id: string): Promise<Ack>;
  /** Forgets a message that is not being sent, also in `queue.storage`. */
  discard(id: string): void;
}

/**
 * Tells the bindings which channels your app has, so that `useChannel("presence:room:1")` and its like are typed.
 *
 * @example
 * ```ts
 * import { defineChannels } from "@attune/core";
 * const channels = defineChannels({ "presence:room:{id}": {} });
 * declare module "@attune/core" {
 *   interface Register { channels: typeof channels }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: apps add to it by declaration merging
export interface Register {}

/** The channels that the app registered, or any. */
export type RegisteredChannels = Register extends { channels: infer D extends ChannelDefinitions }
  ? D
  : ChannelDefinitions;
