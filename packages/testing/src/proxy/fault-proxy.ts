/** What a fault proxy can do, and what each of its faults is at the level of TCP. */
import type { Clock, Random } from "@attune/protocol";
import type { Direction, Fault } from "../faults/fault.js";
import type { FaultTarget } from "../faults/fault-target.js";
import type { ProxyTarget } from "./proxied-connection.js";

/** How to make a proxy. */
export interface FaultProxyOptions {
  /** Where connections lead. */
  readonly target: ProxyTarget;
  /** Default one that is free. */
  readonly port?: number;
  /** Default 127.0.0.1: nobody else can reach it. */
  readonly host?: string;
  /** Drives delays, bandwidth, `cutEvery` and the times of the log. Default the machine's. */
  readonly clock?: Clock;
  /** Draws jitter, changed bytes and the times of `cutEvery`. Default `seededRandom(1)`: the same in every run. */
  readonly random?: Random;
}

/** Something that happened at the proxy. */
export interface ProxyEvent {
  /** Milliseconds since the proxy started. */
  readonly atMs: number;
  /** A connection came or went, a fault was brought about, or what was wrong was taken back. */
  readonly what: "opened" | "closed" | "refused" | "hung" | "accept" | "resume" | "heal" | Fault["fault"];
  /** 1 for the first connection that came; absent when it was about all of them. */
  readonly connection?: number;
  /** The fault with its numbers. */
  readonly fault?: Fault;
}

/** One connection, by its number; default all, those that come later too. */
export interface Which {
  readonly connection?: number;
}

/**
 * The proxy, as a test sees it. Every method acts at once, and resolves when that is done. What lasts strikes new connections too,
 * until `heal()`. It works on streams of bytes, not on packets: what each fault is at the level of TCP, it says.
 */
export interface FaultProxy extends FaultTarget {
  readonly port: number;
  /** Numbers of the connections that are open just now. */
  readonly connections: readonly number[];
  /** How many there have ever been. */
  readonly accepted: number;
  /** What happened, oldest first. */
  readonly log: readonly ProxyEvent[];
  /** FIN to both ends, behind what was written: a server or a proxy that closes in good order. */
  cut(which?: Which): Promise<void>;
  /** RST to both ends: a process that was killed, a NAT that forgot. What was not read yet is lost. */
  reset(which?: Which): Promise<void>;
  /** Each connection ends at a time of its own, drawn when it opens. `either` draws how, too. Returns the function that stops it. */
  cutEvery(minMs: number, maxMs: number, how?: "cut" | "reset" | "either"): () => void;
  /**
   * Bytes and endings are swallowed, and nobody is told: a dead network. With a direction, one way only.
   *
   * The proxy acknowledges what it swallows, where a dead network would leave the sender's system to send again, for minutes: an
   * app sees the same of both. A stream cannot go on with a hole in it, so `heal()` resets connections that lost anything.
   */
  halfOpen(direction?: Direction, which?: Which): Promise<void>;
  /** Bytes and endings are held back, and arrive in order after `resume()`: a network that was away for a while. The sender's window closes. */
  pause(direction?: Direction, which?: Which): Promise<void>;
  /** Takes `pause` back. */
  resume(which?: Which): Promise<void>;
  /** Each piece takes `ms`, and up to `jitterMs` more, one way; none overtakes another. 0 takes it back. At most 256 KiB are under way: TCP's window. */
  delay(ms: number, options?: { readonly jitterMs?: number; readonly direction?: Direction } & Which): Promise<void>;
  /** So many bytes per second get through; the sender is held up by TCP's window. `Infinity` takes it back. */
  limit(bytesPerSecond: number, options?: { readonly direction?: Direction } & Which): Promise<void>;
  /**
   * Bytes are changed: each with the probability `rate`, or the next `bytes` of each direction. TCP's checksums are right: it is
   * what a broken box on the way does, and what only the protocol above can notice.
   */
  corrupt(
    options: { readonly rate?: number; readonly bytes?: number; readonly direction?: Direction } & Which,
  ): Promise<void>;
  /** New connections are taken and reset at once. Node cannot refuse the first packet, so a client sees them open and end. */
  refuse(): Promise<void>;
  /** New connections are taken, read, and never answered: an overloaded server behind a balancer. */
  hang(): Promise<void>;
  /** Takes `refuse` and `hang` back. */
  accept(): Promise<void>;
  /** Takes back everything that lasts. Connections that lost bytes, or were left hanging, are reset; the others go on. */
  heal(which?: Which): Promise<void>;
  /** Ends everything, and resolves when nothing is left. */
  close(): Promise<void>;
}
