/** The public face of one channel: everything scoped to it. */
import type {
  ChannelDefinition,
  CustomStateOf,
  EventData,
  EventOf,
  RealtimeError,
  Sender,
  SignalOf,
  SignalValue,
} from "@attune/protocol";
import type { ReadableAtom } from "nanostores";
import type { Position } from "../driver.js";
import type { Ack } from "../outbox/record.js";
import type { PresenceMember } from "../presence/member.js";
import type { MyState, PresencePatch } from "../presence/my-state.js";

/** Where a channel stands: joining is the phase, gaplessness the continuity. */
export interface ChannelStatus {
  /** `denied`: the server refused; `closed`: the server ended it. Both carry `error`. */
  readonly phase: "idle" | "joining" | "joined" | "denied" | "closed";
  /**
   * `live`: nothing is missing. `recovering`: missed messages are arriving. `gap`: some could not be had; take a snapshot
   * and call `acknowledgeGap()`. `stale`: the connection is down, what is shown may be old.
   */
  readonly continuity: "live" | "recovering" | "gap" | "stale";
  /** The last message that was delivered. */
  readonly position?: Position | undefined;
  readonly error?: RealtimeError | undefined;
}

/** A message as the app gets it. */
export interface RealtimeMessage<Data = unknown> {
  readonly type: "message";
  /** Stable for lists: it stays the same from `queued` to delivered. */
  readonly key: string;
  readonly id: string;
  readonly channel: string;
  readonly event: string;
  readonly data: Data;
  /** Who sent it, as the server says; absent when the backend did. */
  readonly sender?: Sender | undefined;
  /** Server milliseconds. */
  readonly timestamp: number;
}

/** Stands in a list of messages where some are missing. */
export interface GapMarker {
  readonly type: "gap";
  readonly key: string;
  readonly data?: undefined;
  readonly sender?: undefined;
  readonly timestamp?: undefined;
}

/** What `messages()` holds. */
export type MessageItem<Data = unknown> = RealtimeMessage<Data> | GapMarker;

/** The latest value that one connection gave a signal. */
export interface SignalEntry<Value = unknown> {
  readonly connectionId: string;
  readonly value: Value;
  /** Who that is; absent while the member is not known (yet). */
  readonly userId?: string | undefined;
  readonly name?: string | undefined;
}

/** Notices of a channel, by name. */
export interface ChannelNotices<Custom = Record<string, unknown>> {
  member_joined: PresenceMember<Custom>;
  member_left: PresenceMember<Custom>;
  member_updated: PresenceMember<Custom>;
  /** Messages are missing: load the state anew, then call `acknowledgeGap()`. */
  sync_requested: { readonly channel: string };
}

/** One page of history, oldest first. */
export interface MessagePage<Data = unknown> {
  readonly messages: readonly RealtimeMessage<Data>[];
  readonly hasMore: boolean;
  /** Give it to `history({ before })` for the page before this one. */
  readonly before?: Position | undefined;
}

/**
 * Everything about one channel. Handles are cheap and cached: the same name gives the same handle.
 *
 * Reading never joins: only `join()` (and the service's `subscribe`) do.
 */
export interface Channel<C extends ChannelDefinition = ChannelDefinition> {
  readonly name: string;
  readonly $status: ReadableAtom<ChannelStatus>;
  /** All members; while reconnecting they stay, marked as `unconfirmed`. Empty on channels without presence. */
  readonly $members: ReadableAtom<readonly PresenceMember<CustomStateOf<C>>[]>;
  /** The members without me. */
  readonly $others: ReadableAtom<readonly PresenceMember<CustomStateOf<C>>[]>;
  /** My own state, as I set it: it never blinks. */
  readonly $me: ReadableAtom<MyState<CustomStateOf<C>>>;
  /** The other members who are typing. */
  readonly $typing: ReadableAtom<readonly Sender[]>;
  /** The last 1,000 messages of an event since it was first asked for, in order. */
  messages<E extends EventOf<C>>(event: E): ReadableAtom<readonly MessageItem<EventData<C, E>>[]>;
  /** The latest value per connection, without my own. */
  signals<S extends SignalOf<C>>(name: S): ReadableAtom<readonly SignalEntry<SignalValue<C, S>>[]>;
  /** Queued when offline; settles only at an end. Nobody awaiting it raises no unhandled rejection. */
  publish<E extends EventOf<C>>(event: E, data: EventData<C, E>): Promise<Ack>;
  /** Dropped when not joined; at most 20 a second leave, the last one always does. */
  signal<S extends SignalOf<C>>(name: S, value: SignalValue<C, S>): void;
  /** Listens; does not join. */
  on<N extends keyof ChannelNotices>(
    notice: N,
    callback: (value: ChannelNotices<CustomStateOf<C>>[N]) => void,
  ): () => void;
  on<E extends EventOf<C>>(event: E, callback: (message: RealtimeMessage<EventData<C, E>>) => void): () => void;
  setMyState(patch: PresencePatch<CustomStateOf<C>>): void;
  startTyping(): void;
  stopTyping(): void;
  /** @throws (rejects) {RealtimeError} `unsupported`, `forbidden`, `connection-lost` */
  history(query?: { readonly before?: Position; readonly limit?: number }): Promise<MessagePage>;
  /** The app has its snapshot: continuity is `live` again. */
  acknowledgeGap(): void;
  /** Takes a counted lease; the first one joins, and the last one to be released leaves after 250 ms. Releasing twice does nothing. */
  join(): () => void;
}
