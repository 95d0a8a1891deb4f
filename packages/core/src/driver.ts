/**
 * The contract between core and a provider: what a driver MUST, MUST NOT and MAY do, and why.
 *
 * A driver moves bytes and translates. It keeps no counts, no queue, no retry and no state of the app: core does that once, for
 * all providers. What a provider cannot do is declared in {@link Capabilities}; a driver MUST NOT pretend.
 */
import type {
  Clock,
  JsonPatch,
  Limits,
  PresenceEntry,
  PresenceState,
  Random,
  RealtimeError,
  Sender,
  StateChange,
  StateVersion,
  User,
} from "@attune/protocol";

/**
 * What a provider can do. It MUST be true: the conformance suite tests what is declared, as far as it shows (`identity` and `typing`
 * do not), and that what is not throws `unsupported`, in the driver's own method too.
 */
export interface Capabilities {
  /**
   * `offset`: positions are counted, so core holds early messages back; `cursor`: the driver resumes from an opaque place;
   * `none`: what is missed is lost, and core says so by itself whenever a channel is joined again. Where that differs from channel to
   * channel, a driver declares the best, and answers a join that it cannot continue with `continuous: false`: the app is told of a gap.
   */
  readonly recovery: "offset" | "cursor" | "none";
  /** `ordered`: a publisher gets its own messages at their place in the order. `none`: core inserts them at the ack, and there is no total order. */
  readonly echo: "ordered" | "none";
  /** `client`: anyone who may. `relay`: through the app's backend. `none`: read only. */
  readonly publish: "client" | "relay" | "none";
  /** What a settled publish promises. */
  readonly guarantee: "stored" | "handed-over";
  /**
   * Whether a repeat is harmless: the provider recognises it by (producer, sequence), or hands the id through unchanged, so that every
   * subscriber's core drops the second copy. Without, core never sends twice, and a lost ack is `outcome-unknown`.
   */
  readonly dedupe: boolean;
  /**
   * What a token opens: the `connection`, or each `channel` by itself. There, who is turned away stays connected, and is denied its
   * channels. Where the provider turns nobody away: `connection`, and the app gives the driver the check.
   */
  readonly authentication: "connection" | "channel";
  /** Who vouches for senders and members: `server`, or only the `client` that names them, which another client can forge. */
  readonly identity: "server" | "client";
  /**
   * Who waits before a leave is shown; `false` when there is no presence at all. `core` waits 5 s, as our server does, after goodbyes
   * and losses alike: there a driver passes on every leave at once.
   */
  readonly presence: false | { readonly grace: "core" | "driver" | "server" };
  /** Whether the lossy lane exists. */
  readonly signals: boolean;
  /** Who carries typing. So far `core` always does, as a signal; the others are reserved for providers that have typing of their own. */
  readonly typing: "core" | "driver" | "server";
  /** Whether `history()` works. */
  readonly history: boolean;
  /** Whether a channel can have a shared state: versioned, with one authority that takes or refuses each change. */
  readonly state: boolean;
  /** Who reconnects. `core`: one `connect()` per attempt. `driver`: one `connect()`, after which the driver comes back by itself. */
  readonly reconnect: "core" | "driver";
}

/** A place in a channel's log: counted, or known to the provider only. */
export type Position =
  | { readonly epoch: string; readonly offset: number; readonly id: string; readonly cursor?: undefined }
  | { readonly cursor: string; readonly epoch?: undefined };

/** A message as a driver hands it over. With `recovery: "offset"` it MUST have a counted position. */
export interface IncomingMessage {
  /**
   * The same for every copy of the message, and never for another one. That of a message published through this contract MUST be
   * `messageId(userId, producer, sequence)`: by it, lists show a message under one key from `queued` to delivered.
   */
  readonly id: string;
  readonly event: string;
  /** What JSON makes of what was published. */
  readonly data: unknown;
  readonly sender?: Sender;
  /** Server milliseconds; the sender's, where the provider has none. */
  readonly timestampMs: number;
  readonly position?: Position;
}

/** A message on its way out. */
export interface OutgoingMessage {
  readonly channel: string;
  readonly event: string;
  /** A JSON value. A provider that could carry more is given JSON all the same: what an app sends arrives alike over all of them. */
  readonly data: unknown;
  readonly producer: string;
  /** From 1, per (producer, channel). */
  readonly sequence: number;
  /** The sequence that must stand before this one; 0 for none. */
  readonly previous: number;
}

/** What a publish came to. `id` and `position` are those that every subscriber sees. */
export type Published =
  | { readonly guarantee: "stored"; readonly id: string; readonly position: Position; readonly timestampMs: number }
  | { readonly guarantee: "handed-over" };

/** How to join. */
export interface AttachRequest {
  /** Continue after this; absent on the first join. */
  readonly since?: Position | undefined;
  /** Whether the app had a message, one of the last 1,000: a driver may tell by it whether what it has leaves nothing out. */
  had?(id: string): boolean;
  /** Without `since`: how many of the last messages to begin with. */
  readonly recent?: number;
  /** The own presence state; absent on channels without presence. */
  readonly presence?: PresenceState | undefined;
  /** The shared state is wanted, and this version of it is known (epoch "" for none); absent where the app does not use it. */
  readonly state?: StateVersion | undefined;
}

/** The instant at which the subscription was cut. */
export interface Attachment {
  /** Whether everything after `since` follows. Without `since`: true, and so always with `recovery: "none"`. */
  readonly continuous: boolean;
  /** The end of the log at that instant; absent where the provider has none. */
  readonly position?: Position;
  /** The server started a moment ago: absent members may still come back. */
  readonly settling?: boolean;
}

/**
 * All presence entries at one instant, this client's own among them. A join begins with one: a delta that belongs to no snapshot
 * makes core join anew. Where nobody gives a user's entries one `joinedAtMs`, core shows the earliest.
 */
export interface PresenceSnapshot {
  readonly kind: "snapshot";
  readonly epoch: string;
  readonly revision: number;
  readonly entries: readonly PresenceEntry[];
}

/** The step from one revision to a later one. A driver whose provider has no revisions counts its own. */
export interface PresenceDelta {
  readonly kind: "delta";
  readonly epoch: string;
  readonly from: number;
  readonly revision: number;
  readonly set: readonly PresenceEntry[];
  /** Connection ids. */
  readonly removed: readonly string[];
}

/** The whole shared state. */
export interface StateSnapshot extends StateVersion {
  readonly kind: "snapshot";
  readonly value: unknown;
}

/** Changes of the shared state, each one version on. Without any: nothing changed after `from`, which the join was told is known. */
export interface StateDelta {
  readonly kind: "delta";
  readonly epoch: string;
  readonly from: number;
  readonly changes: readonly StateChange[];
}

/** A change of the shared state on its way out. One per producer and channel is under way at a time. */
export interface OutgoingPatch {
  readonly channel: string;
  readonly producer: string;
  /** From 1, and greater for each new change; the same for a repeat. */
  readonly sequence: number;
  /** The version that it was made from. */
  readonly base: StateVersion;
  readonly patch: JsonPatch;
}

/** The latest value that a connection gave a signal. */
export interface IncomingSignal {
  readonly name: string;
  readonly connectionId: string;
  readonly value: unknown;
  /** Who that is, where the provider says so; on channels with presence core looks it up. */
  readonly user?: Sender;
}

/** What is known when a connection opens. */
export interface Opened {
  /** By it presence and signals name this client: the same when it comes back. Where the provider gives none, made of `host.random`. */
  readonly connectionId: string;
  /** Who the server takes this client for; `null` is anonymous. */
  readonly user: User | null;
  /** `websocket`, `polling`, `sse`, ... */
  readonly transport: string;
  /** What the server allows; core paces itself by it. */
  readonly limits?: Limits;
  /** The server's clock. */
  readonly serverNowMs?: number;
}

/** Why a connection is over. */
export interface Closed {
  /** `retryable` decides whether core tries again. */
  readonly error: RealtimeError;
  /** Not sooner than this; goes before the usual delay. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * Core's side of one connection. Everything a driver has to say, it says here.
 *
 * Before `opened` a driver MAY call `closed`, `transport` and `traffic`, and nothing else; core does not act on the latter two before,
 * and takes the transport from `opened`. It MUST NOT call anything after `closed` (with `reconnect: "driver"` it MAY call `opened`
 * again). Any of it MAY be called at once, from inside `connect` or `attach`. Core ignores what an abandoned connection still says, so
 * late callbacks do no harm.
 */
export interface DriverHost {
  readonly clock: Clock;
  readonly random: Random;
  /** Whether the page is visible just now. */
  readonly isVisible: boolean;
  /**
   * The token for this attempt. MUST be asked for on every attempt, because tokens expire. Rejects with the `RealtimeError` to close with.
   *
   * A driver whose provider takes a new token on an open connection asks with `isStale` before the old one expires, and is not given that one
   * again by an app that keeps tokens. Who asks while another question is open gets the same answer.
   */
  auth(isStale?: boolean): Promise<string | undefined>;
  opened(info: Opened): void;
  /** The attempt failed, or the connection is over. Core answers with `close(false)`, if it does not wait for a driver to come back. */
  closed(reason: Closed): void;
  /** The transport changed under an open connection (polling to WebSocket). */
  transport(name: string): void;
  /** Something arrived, whatever it was: a sign of life. MUST be called for keep-alives too. */
  traffic(): void;
  /** Joined. MUST come before the messages, presence and `live` of this join. */
  attached(channel: string, attachment: Attachment): void;
  /** Messages, backfill and live alike, in the provider's order. */
  messages(channel: string, messages: readonly IncomingMessage[]): void;
  /** MUST NOT come for a channel that was joined without `presence`. */
  presence(channel: string, change: PresenceSnapshot | PresenceDelta): void;
  /** `gone`: connections whose signals are over, because they left or are lost; on channels without presence too. */
  signals(channel: string, signals: readonly IncomingSignal[], gone: readonly string[]): void;
  /**
   * The shared state of a channel that was joined with it. MUST come with each join, after `attached` and before `live`: the snapshot of
   * that instant, or a delta from the version that is known; then every change, in order. A copy of one that came MAY come again.
   */
  state(channel: string, change: StateSnapshot | StateDelta): void;
  /** The backfill is complete: from here on messages are live. MUST come once per join. */
  live(channel: string): void;
  /** The join was refused, or the provider ended the subscription. If the error is `retryable`, core joins again by itself. */
  detached(channel: string, error: RealtimeError): void;
}

/** A driver's side of one connection. Core calls nothing but `close()` before `opened`; after `close()` every method MUST be harmless. */
export interface DriverConnection {
  /**
   * MUST answer with `host.attached` or `host.detached`. MUST NOT fetch the position apart from the join: a message could fall between.
   *
   * Also comes for a channel that is attached already, to fill a hole: that is a new join, answered from the start.
   */
  attach(channel: string, request: AttachRequest): void;
  /** MUST release the subscription on the wire. Does not come before `close()`, which ends all of them. */
  detach(channel: string): void;
  /**
   * Settles at the provider's answer, or once it is handed over where there is none; pending ones of a connection that closes MAY stay
   * pending. May come for a channel that is not attached.
   *
   * Rejects with `out-of-order` (`details.last`: the sequence that the server has), `rate-limited` (`details.retryAfterMs`), or what
   * refused it: after a `retryable` error core tries again, a few times.
   */
  publish(message: OutgoingMessage): Promise<Published>;
  /** Comes for attached channels only. MAY drop it. MUST NOT queue it. */
  signal(channel: string, name: string, value: unknown): void;
  /** The whole state, not a patch. Comes for attached channels only; this client's own entry is told to core like any other. */
  setPresence(channel: string, state: PresenceState): void;
  /**
   * Changes the shared state: resolves with the version that it made. Comes for channels that were joined with their state. Absent where
   * `capabilities.state` is false. A repeat MUST get the first answer, and MUST NOT be applied again; pending ones of a connection that closes
   * MAY stay pending, and are repeated.
   *
   * Rejects with `conflict` when something that it changes has changed since `base` (`details.last`: the version that the server has),
   * `rate-limited` (`details.retryAfterMs`), or what refused it.
   */
  patch?(change: OutgoingPatch): Promise<StateVersion>;
  /** Messages before a position, or the last ones, oldest first. */
  history(
    channel: string,
    query: { readonly before?: Position | undefined; readonly limit: number },
  ): Promise<HistoryPage>;
  /**
   * Resolves when the other end has answered. Absent where the provider keeps its own heartbeat: then there is no latency, and a driver
   * MUST find out by itself that the line is dead, also while no channel is joined.
   */
  ping?(): Promise<{ readonly serverNowMs?: number }>;
  /** The page became visible or hidden. MAY do nothing. */
  setVisible(isVisible: boolean): void;
  /** `goodbye`: others may see it at once. Otherwise it is a loss, and the grace applies. */
  close(goodbye: boolean): void;
}

/** A page of history, oldest first. */
export interface HistoryPage {
  readonly messages: readonly IncomingMessage[];
  /** Whether there are older ones. */
  readonly hasMore: boolean;
}

/**
 * A provider.
 *
 * @example
 * ```ts
 * import type { Driver } from "@attune/core/driver";
 * declare function mine(url: string): Driver;
 * ```
 */
export interface Driver {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Starts one attempt and returns at once. MUST NOT throw: what fails goes to `host.closed`. */
  connect(host: DriverHost): DriverConnection;
}
