/** A channel as the service sees it: what it is told, and what it needs. */
import type { ChannelDefinitions, Clock, MakeId, RealtimeError } from "@attune/protocol";
import type {
  Attachment,
  Capabilities,
  DriverConnection,
  IncomingMessage,
  IncomingSignal,
  Opened,
  PresenceDelta,
  PresenceSnapshot,
  StateDelta,
  StateSnapshot,
} from "../driver.js";
import type { Ack, OutboxRecord } from "../outbox/record.js";
import type { Channel } from "./channel-handle.js";

/** What a channel needs from the service. */
export interface ChannelContext {
  readonly clock: Clock;
  readonly id: MakeId;
  readonly capabilities: Capabilities;
  readonly definitions: ChannelDefinitions | undefined;
  /** How many of the last messages a first join begins with. */
  readonly recent: number;
  link(): DriverConnection | undefined;
  /** Whether the line is slow just now. */
  isDegraded(): boolean;
  /** Who this client is, while connected and after. */
  me(): Opened | undefined;
  leased(channel: LiveChannel, isLeased: boolean): void;
  /** Keeps the channel, though nobody may have its handle. */
  hold(channel: LiveChannel): () => void;
  /** `check` throws when the message must not be sent. */
  publish(channel: string, event: string, data: unknown, check: () => void): Promise<Ack>;
  syncRequested(channel: string): void;
  /** Rejects with `connection-lost` when the answer cannot come any more. */
  whileConnected<T>(answer: Promise<T>): Promise<T>;
  isDisposed(): boolean;
  transact(run: () => void): void;
  report(error: unknown): void;
}

/** A channel, to the service. */
export interface LiveChannel {
  readonly handle: Channel;
  /** Whether this connection has answered a join. */
  readonly isHeard: boolean;
  opened(): void;
  lost(): void;
  /** The connection was closed on purpose. */
  released(): void;
  attached(attachment: Attachment): void;
  messages(messages: readonly IncomingMessage[]): void;
  presence(change: PresenceSnapshot | PresenceDelta): void;
  signals(signals: readonly IncomingSignal[], gone: readonly string[]): void;
  state(change: StateSnapshot | StateDelta): void;
  live(): void;
  detached(error: RealtimeError): void;
  /** A message of mine was taken by a provider that does not echo. */
  sent(record: OutboxRecord, ack: Ack): void;
}
