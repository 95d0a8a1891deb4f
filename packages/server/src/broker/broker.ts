/** The contract between the server and what keeps its logs: what a broker MUST and MUST NOT do, and why. */
import type { LogPosition, PresenceEntry, StateVersion } from "@attune/protocol";

export type { StateVersion } from "@attune/protocol";

/** A value, or the promise of one. In-memory brokers answer at once; the server never adds a tick of its own to that. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * Where nodes meet. A node of the server knows no other one: what they share goes through here.
 *
 * The memory broker is the default. One of Redis would keep each log in a stream, chains and presence in hashes, and
 * append, check the chain and publish in one script.
 */
export interface Broker {
  /** Adds a node. */
  connect(): BrokerNode;
}

/** One node's side of the broker. */
export interface BrokerNode {
  /**
   * Starts delivery of a channel to this node.
   *
   * The answer and the deliveries MUST fit: `listener.appended` gets every message after `position`, in log order, once.
   * A node opens a channel at most once at a time.
   */
  open(channel: string, listener: ChannelListener): MaybePromise<OpenedChannel>;
  /** Ends delivery. Nothing MUST reach the listener afterwards. */
  close(channel: string): void;
  /**
   * Writes one message to the log, or says why not.
   *
   * The check of the chain, the write and the memory of its result MUST be one atomic step: of two nodes that append the
   * same message, one appends and the other gets the first one's answer. It MUST NOT answer or deliver before the
   * message is stored as safely as the broker promises. It MUST settle.
   */
  append(channel: string, message: NewMessage): MaybePromise<AppendResult>;
  /** What `append` would answer without writing: the answer to a repeat, or `undefined` for a message not seen yet. */
  recall(channel: string, link: ChainLink): MaybePromise<AppendResult | undefined>;
  /** Reads retained messages, oldest first. MUST work for channels that are not open. */
  read(channel: string, range: ReadRange): MaybePromise<LogPage>;
  /**
   * The shared state of a channel. MUST work for channels that are not open.
   *
   * Without `initial`, `undefined` where there is none. With it, one is begun where there is none, at version 0 of a new epoch;
   * that MUST be one atomic step: of two nodes that begin it, one does and the other gets what that one began. A state that is
   * forgotten (by a restart, or by a bound) MUST NOT come back under its old epoch.
   */
  readState(channel: string, initial: string): MaybePromise<StoredState>;
  readState(channel: string, initial?: string): MaybePromise<StoredState | undefined>;
  /**
   * Puts a new version in the place of the one that it was made from, or says why not.
   *
   * The check of the version, the check for a repeat, the write and the memory of its result MUST be one atomic step: of two
   * writes made from the same version, one is stored and the other is a `conflict`; of two copies of one write (same owner,
   * producer and sequence), one is stored and the other gets the first one's answer, also when other versions followed.
   * Versions count up by one, without holes. It MUST NOT answer or deliver before the version is stored as safely as the
   * broker promises for messages. It MUST settle. MUST work for channels that are not open.
   */
  writeState(channel: string, write: StateWrite): MaybePromise<StateResult>;
  /** What `writeState` would answer to a repeat, without writing; `undefined` for a write not seen yet. */
  recallState(channel: string, link: StateLink): MaybePromise<StateResult | undefined>;
  /**
   * Tells the other nodes which rows of presence this one has.
   *
   * The broker keeps them for nodes that open the channel later, under a lease of this node: when the node dies, it MUST
   * take the rows away and tell the others, within 10 s.
   */
  shareRows(channel: string, change: RowChange): void;
  /** Passes signals to the other nodes. MAY drop them. MUST NOT queue them. */
  relaySignals(channel: string, change: SignalChange): void;
  /** Ends this node: its deliveries, and the lease on its rows. */
  leave(): MaybePromise<void>;
}

/** What a node hears of a channel that it has opened. */
export interface ChannelListener {
  appended(message: StoredMessage): void;
  /**
   * The shared state has a new version, written here or elsewhere. After `open` has answered, every version MUST come, in order,
   * once. What `readState` answers MAY be ahead of what came so far, or behind it: the version tells.
   */
  stateChanged(change: StoredChange): void;
  /** Rows of other nodes changed. */
  rowsChanged(change: RowChange): void;
  /** Signals from other nodes. */
  signalled(change: SignalChange): void;
  /** Delivery broke, or the log began a new epoch: the channel MUST be opened again to go on. */
  ended(): void;
}

/** A channel at the instant of its opening. */
export interface OpenedChannel {
  /** The end of the log. `epoch` and `offset` MUST outlive the messages, or a client could not tell a gap. */
  readonly position: LogPosition;
  /** Presence rows of the other nodes. */
  readonly rows: readonly PresenceEntry[];
}

/** A message in a log, in the words of the wire: `json` is a `WireMessage`, offset and all. */
export interface StoredMessage {
  readonly offset: number;
  readonly id: string;
  readonly json: string;
}

/** A message on its way into a log. */
export interface NewMessage {
  readonly id: string;
  readonly timestampMs: number;
  /** JSON of the `WireMessage` after its offset, from the comma to the closing bracket: the broker puts `[offset` before it. */
  readonly tail: string;
  /** Absent for messages of the backend, which are appended as they come. */
  readonly link?: ChainLink;
}

/** Where a message stands in its producer's chain. */
export interface ChainLink {
  /** User id of the sender, "" for anonymous ones. Producers of different owners are different. */
  readonly owner: string;
  readonly producer: string;
  readonly sequence: number;
  /** The sequence that must be the last one of this chain. */
  readonly previous: number;
}

/** What came of an append. A repeat gets the first answer. */
export type AppendResult =
  | {
      readonly outcome: "stored";
      readonly position: LogPosition;
      readonly timestampMs: number;
      readonly isRepeat: boolean;
    }
  /** `previous` is not the last sequence of the chain; that is `last`. */
  | { readonly outcome: "out-of-order"; readonly last: number }
  /** A repeat from so long ago that its answer is forgotten. */
  | { readonly outcome: "outcome-unknown" };

/** Which messages to read: after an offset, or the last ones before one. */
export type ReadRange =
  | { readonly after: number; readonly limit: number }
  | { readonly before: number; readonly limit: number };

/** A piece of a log. */
export interface LogPage {
  readonly position: LogPosition;
  /** Offset of the oldest retained message; the end + 1 when none is. */
  readonly first: number;
  /** Oldest first. */
  readonly messages: readonly StoredMessage[];
}

/** A shared state, whole. */
export interface StoredState extends StateVersion {
  /** JSON of the value. */
  readonly json: string;
}

/** One step of a shared state, from the version before it. */
export interface StoredChange extends StateVersion {
  /** A `WireDelta`, version and all. */
  readonly json: string;
}

/** A change on its way into a shared state. */
export interface StateWrite {
  /** The version that it was made from. The one that it makes is the next. */
  readonly base: StateVersion;
  /** JSON of the whole new value. */
  readonly json: string;
  /** JSON of the change alone, as {@link StoredChange} carries it. A broker MAY keep changes and fold them itself. */
  readonly change: string;
  /** Absent for changes of the backend, which are not repeated. */
  readonly link?: StateLink;
}

/**
 * Which change of which producer it is. A producer has one change under way at a time, and counts up: so the broker keeps the
 * result of each producer's last stored change (24 h after it, as for messages), and no more.
 */
export interface StateLink {
  /** User id of the sender, "" for anonymous ones. Producers of different owners are different. */
  readonly owner: string;
  readonly producer: string;
  /** From 1. Greater than that of any change of this producer that was stored; holes are fine. */
  readonly sequence: number;
}

/** What came of a write. A repeat gets the first answer. */
export type StateResult =
  | { readonly outcome: "stored"; readonly at: StateVersion; readonly isRepeat: boolean }
  /** The state is not, or no longer, what the change was made from: it is at `at`. `undefined`: there is none. */
  | { readonly outcome: "conflict"; readonly at: StateVersion | undefined }
  /** The sequence is lower than that of a later stored change: whether this one was, is forgotten. It MUST NOT be stored now. */
  | { readonly outcome: "outcome-unknown" };

/** Presence rows that came or changed, and connections that went. */
export interface RowChange {
  readonly set: readonly PresenceEntry[];
  readonly removed: readonly string[];
}

/** A signal as it travels: `json` is a `WireSignal`. */
export interface SignalUpdate {
  readonly connectionId: string;
  readonly name: string;
  readonly json: string;
}

/** Latest signals, and connections whose signals are over. */
export interface SignalChange {
  readonly set: readonly SignalUpdate[];
  readonly gone: readonly string[];
}
