/** Every frame that a client sends. PROTOCOL.md shows an example of each. */
import type { WirePosition } from "./message.js";
import type { PresenceState } from "./presence.js";
import type { WireVersion } from "./shared-state.js";

/** The first frame of a connection: who comes, and whether it continues a session. */
export interface HelloFrame {
  readonly t: "hello";
  /** Protocol version. */
  readonly v: number;
  /** Token for the server's `authenticate`. */
  readonly k?: string;
  /** Whether the page is visible: a hidden one is probed by the server. */
  readonly vis: boolean;
  /** Session id and resume key of the connection before, to take it over. */
  readonly s?: readonly [sessionId: string, resumeKey: string];
}

/** Renew: show another token of the same user before the one that opened the connection expires. */
export interface AuthFrame {
  readonly t: "auth";
  readonly k?: string;
}

/** Join a channel. `r` is chosen by the client and names this subscription in the answers. */
export interface SubFrame {
  readonly t: "sub";
  readonly r: number;
  readonly c: string;
  /** Continue after this position. */
  readonly since?: WirePosition;
  /** Without `since`: begin with this many of the last messages. */
  readonly last?: number;
  /** Own presence state, on channels with presence. */
  readonly p?: PresenceState;
  /** The shared state is wanted; this version of it is known. */
  readonly st?: WireVersion;
}

/** Leave a channel, at once and for everyone to see. */
export interface UnsubFrame {
  readonly t: "unsub";
  readonly c: string;
}

/** Credit for one more chunk of the backfill of subscription `r`. */
export interface MoreFrame {
  readonly t: "more";
  readonly r: number;
}

/** Publish one message. */
export interface PubFrame {
  readonly t: "pub";
  readonly c: string;
  /** Producer: a random id per outbox. */
  readonly p: string;
  /** Sequence within (producer, channel), from 1. */
  readonly s: number;
  /** Sequence of the message before it, 0 for none. The server appends only after exactly that one. */
  readonly b: number;
  readonly n: string;
  readonly d: unknown;
}

/** Set a signal: the latest value of a name, nothing more. */
export interface SigFrame {
  readonly t: "sig";
  readonly c: string;
  readonly n: string;
  readonly d: unknown;
}

/** Set the own presence state, whole. */
export interface StateFrame {
  readonly t: "state";
  readonly c: string;
  readonly d: PresenceState;
}

/** Change the shared state. One change per producer and channel is under way at a time. */
export interface PatchFrame {
  readonly t: "patch";
  readonly c: string;
  readonly p: string;
  /** Sequence within (producer, channel), from 1; greater with each new change. */
  readonly s: number;
  /** The version that the patch was made from. */
  readonly b: WireVersion;
  /** A `JsonPatch`, not yet looked at. */
  readonly d: readonly unknown[];
}

/** Read history: `l` messages before position `b`, or the last ones. */
export interface HistFrame {
  readonly t: "hist";
  readonly r: number;
  readonly c: string;
  readonly b?: WirePosition;
  readonly l: number;
}

/** Ask for a `pong`: is anyone there, how far away, what time is it? */
export interface PingFrame {
  readonly t: "ping";
  readonly r: number;
}

/** The answer to the server's `ping`. */
export interface PongFrame {
  readonly t: "pong";
  readonly r: number;
}

/** The page became visible or hidden. */
export interface VisFrame {
  readonly t: "vis";
  readonly v: boolean;
}

/** Going for good: everyone may see it at once. */
export interface ByeFrame {
  readonly t: "bye";
}

/** Any frame from a client. */
export type ClientFrame =
  | HelloFrame
  | AuthFrame
  | SubFrame
  | UnsubFrame
  | MoreFrame
  | PubFrame
  | SigFrame
  | StateFrame
  | PatchFrame
  | HistFrame
  | PingFrame
  | PongFrame
  | VisFrame
  | ByeFrame;
