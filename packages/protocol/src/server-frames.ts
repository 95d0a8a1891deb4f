/** Every frame that the server sends. PROTOCOL.md shows an example of each. */
import type { ErrorCode } from "./error-codes.js";
import type { Limits } from "./limits.js";
import type { WireMessage, WirePosition } from "./message.js";
import type { User, WirePresenceEntry } from "./presence.js";
import type { WireDelta, WireVersion } from "./shared-state.js";

/** The connection is open. */
export interface WelcomeFrame {
  readonly t: "welcome";
  readonly v: number;
  /** Session id and resume key for the next `hello`. */
  readonly s: readonly [sessionId: string, resumeKey: string];
  /** The connection's id, kept over a resume. */
  readonly conn: string;
  /** Whether the session of the `hello` was continued. */
  readonly resumed: boolean;
  /** Who the server takes this client for; `null` is anonymous. */
  readonly user: User | null;
  readonly now: number;
  readonly limits: Limits;
  /** Milliseconds until the token expires; absent when it does not. */
  readonly exp?: number;
}

/** The answer to `auth`: the connection goes on with the new token. */
export interface AuthedFrame {
  readonly t: "authed";
  readonly exp?: number;
}

/** One piece of a backfill. `more` asks the client for a `more` frame; without it the subscription is live. */
export interface Backfill {
  /** Messages in log order. */
  readonly m: readonly WireMessage[];
  /** Presence entries of the cut. */
  readonly p: readonly WirePresenceEntry[];
  readonly more: boolean;
}

/** Joined: the instant at which the subscription was cut, and the first piece. */
export interface JoinedFrame extends Backfill {
  readonly t: "joined";
  readonly r: number;
  readonly c: string;
  /** The end of the log at the cut. */
  readonly pos: WirePosition;
  /** Whether everything after `since` follows. `false`: something is missing. `true` too when there was no `since`. */
  readonly ok: boolean;
  /** Epoch and revision of the presence map at the cut. */
  readonly rev?: readonly [epoch: string, revision: number];
  /** The version of the shared state at the cut, or an earlier one that the client knows: deltas follow from there. */
  readonly sv?: WireVersion;
  /** The value of that version; absent when the client knows it. */
  readonly st?: unknown;
  /** The server started a moment ago: members who are absent may still come back. */
  readonly settling?: boolean;
}

/** One more piece of the backfill of subscription `r`. */
export interface ChunkFrame extends Backfill {
  readonly t: "chunk";
  readonly r: number;
}

/** A request failed. `r` names a `sub` or `hist`; `c` alone a `sig`, `state` or anything else on a channel. */
export interface FailFrame {
  readonly t: "fail";
  readonly r?: number;
  readonly c?: string;
  readonly code: ErrorCode;
  readonly msg: string;
  readonly after?: number;
}

/** The server ended the subscription. */
export interface ClosedFrame {
  readonly t: "closed";
  readonly c: string;
  readonly code: ErrorCode;
  readonly msg: string;
}

/** Messages, in log order, of one flush. */
export interface MsgFrame {
  readonly t: "msg";
  readonly c: string;
  readonly e: string;
  readonly m: readonly WireMessage[];
}

/** The message stands in the log. */
export interface AckFrame {
  readonly t: "ack";
  readonly c: string;
  readonly p: string;
  readonly s: number;
  readonly pos: WirePosition;
  readonly ts: number;
}

/** The message, or the patch, was not taken. `last` comes with `out-of-order` and `conflict`, `after` (milliseconds) with `rate-limited`. */
export interface NackFrame {
  readonly t: "nack";
  readonly c: string;
  readonly p: string;
  readonly s: number;
  readonly code: ErrorCode;
  readonly msg: string;
  readonly last?: number;
  readonly after?: number;
}

/** Changes of the shared state, of one flush, in order. */
export interface DeltaFrame {
  readonly t: "delta";
  readonly c: string;
  readonly e: string;
  readonly m: readonly WireDelta[];
}

/** The change was taken: it made this version. */
export interface PatchedFrame {
  readonly t: "patched";
  readonly c: string;
  readonly p: string;
  readonly s: number;
  readonly at: WireVersion;
}

/** The latest value of a signal by one connection; on channels without presence also who that is. */
export type WireSignal =
  | readonly [connectionId: string, value: unknown]
  | readonly [connectionId: string, value: unknown, userId: string, name: string];

/** Signals of one flush by name, and the connections whose signals are over. */
export interface SigsFrame {
  readonly t: "sig";
  readonly c: string;
  readonly m: Readonly<Record<string, readonly WireSignal[]>>;
  readonly x?: readonly string[];
}

/** The presence map went from revision `f` to `rev`. */
export interface PresFrame {
  readonly t: "pres";
  readonly c: string;
  readonly e: string;
  readonly f: number;
  readonly rev: number;
  readonly set: readonly WirePresenceEntry[];
  readonly del: readonly string[];
}

/** The answer to `hist`. */
export interface PageFrame {
  readonly t: "page";
  readonly r: number;
  readonly c: string;
  readonly e: string;
  readonly m: readonly WireMessage[];
  /** Whether the log holds older ones. */
  readonly more: boolean;
}

/** The answer to the client's `ping`. */
export interface ServerPongFrame {
  readonly t: "pong";
  readonly r: number;
  readonly now: number;
}

/** The server asks for a `pong`. */
export interface ServerPingFrame {
  readonly t: "ping";
  readonly r: number;
}

/** The server closes the connection, and why; the transport's close follows. */
export interface ServerByeFrame {
  readonly t: "bye";
  readonly code: number;
  readonly msg: string;
  /** Come back after this many milliseconds. */
  readonly after?: number;
}

/** Any frame from the server. */
export type ServerFrame =
  | WelcomeFrame
  | AuthedFrame
  | JoinedFrame
  | ChunkFrame
  | FailFrame
  | ClosedFrame
  | MsgFrame
  | AckFrame
  | NackFrame
  | DeltaFrame
  | PatchedFrame
  | SigsFrame
  | PresFrame
  | PageFrame
  | ServerPongFrame
  | ServerPingFrame
  | ServerByeFrame;
