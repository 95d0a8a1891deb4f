/** What a test can do to the hub, one word for each thing that goes wrong in the world. */
import { type ErrorCode, RealtimeError } from "@attune/protocol";
import type { Direction } from "../faults/fault.js";
import type { HubState } from "./hub-state.js";

/** How connection attempts are refused. */
export interface Refusal {
  /** Default `transport-failed`, which core takes for a reason to try again. */
  readonly code?: ErrorCode;
  /** Tells the client to come back not sooner than this. */
  readonly retryAfterMs?: number;
  /** How many attempts are refused. Default all, until `accept()`. */
  readonly times?: number;
}

/** Faults. Where a method takes `client`, that is the label given to the driver; without it, everyone is struck. */
export interface MemoryFaults {
  /** Connections break. Both ends notice. */
  cut(client?: string): void;
  /** Connections go silent: nothing arrives in either direction, also on new ones, and nobody is told. */
  stall(client?: string): void;
  /** Silence ends: what was held back arrives, in order. */
  resume(client?: string): void;
  /**
   * Lines are half open: what is sent is lost, in one direction or both, also on new lines, and nobody is told. The client finds
   * out by its probes; the hub gives up who was not heard for 9 s.
   */
  halfOpen(client?: string, direction?: Direction): void;
  /** Takes `halfOpen` back. Lines that lost something break: nothing can come after a hole. */
  heal(client?: string): void;
  /** The token that a client came with holds no longer: its connection ends, to come back, but not with that token. */
  expireToken(client?: string): void;
  /** Attempts to connect fail. */
  refuse(refusal?: Refusal): void;
  /** Attempts to connect succeed again. */
  accept(): void;
  /** The next message that is published is stored, and its publisher never told. */
  dropNextAck(): void;
  /** The next message is stored, and no subscriber gets it: a hole. */
  dropNextMessage(): void;
  /** The next message reaches every subscriber twice. */
  doubleNextMessage(): void;
  /** The next two messages reach every subscriber in the wrong order. */
  swapNextMessages(): void;
  /** The next change of presence is told to nobody: a hole in the revisions. */
  dropNextPresence(): void;
  /** The next publish is answered with an error. */
  rejectNextPublish(code: ErrorCode, details?: Readonly<Record<string, unknown>>): void;
  /** The history of a channel is shortened to its last messages. Default: none is kept. */
  trim(channel: string, keep?: number): void;
  /** A channel's log is lost and starts anew, in another epoch. Nobody is told before the next message or join. */
  newEpoch(channel: string): void;
  /** A channel ends for those who are joined, and may be joined anew. */
  crashChannel(channel: string, client?: string): void;
  /** Access to a channel ends, at once, and stays refused with `forbidden` until `grant`. */
  revoke(channel: string, client?: string): void;
  /** Access to a channel is given back. */
  grant(channel: string, client?: string): void;
}

/** Makes the faults of a hub. */
export function createFaults(state: HubState): MemoryFaults {
  const { oneShot, revoked, stalled, peers } = state;
  const peersOf = (client?: string) => [...peers].filter((peer) => client === undefined || peer.client === client);
  const pass = (channel: string, client = "*") => `${channel} ${client}`;
  return {
    cut(client) {
      for (const peer of peersOf(client)) peer.cut();
    },
    stall(client = "*") {
      stalled.add(client);
      for (const peer of peersOf()) if (state.isStalled(peer.client)) peer.stall();
    },
    resume(client) {
      if (client === undefined) stalled.clear();
      else stalled.delete(client);
      for (const peer of peersOf()) if (!state.isStalled(peer.client)) peer.resume();
    },
    halfOpen(client = "*", direction = "both") {
      state.halfOpen.set(client, direction);
      for (const peer of peersOf()) if (state.halfOpenOf(peer.client)) peer.swallow(state.halfOpenOf(peer.client));
    },
    heal(client) {
      if (client === undefined) state.halfOpen.clear();
      else state.halfOpen.delete(client);
      for (const peer of peersOf()) if (!state.halfOpenOf(peer.client)) peer.swallow(undefined);
    },
    expireToken(client) {
      for (const peer of peersOf(client)) if (peer.isOpen) peer.expire();
    },
    refuse({ code = "transport-failed", retryAfterMs, times = Number.POSITIVE_INFINITY } = {}) {
      const error = new RealtimeError(code, "The hub refuses connections.");
      state.refusal = { reason: { error, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }, left: times };
    },
    accept() {
      state.refusal = undefined;
    },
    dropNextAck: () => oneShot.arm("drop-ack"),
    dropNextMessage: () => oneShot.arm("drop-message"),
    doubleNextMessage: () => oneShot.arm("double-message"),
    swapNextMessages: () => oneShot.arm("swap-messages"),
    dropNextPresence: () => oneShot.arm("drop-presence"),
    rejectNextPublish(code, details) {
      oneShot.rejection = new RealtimeError(code, "The hub refuses this message.", details ? { details } : {});
    },
    trim: (channel, keep = 0) => state.channel(channel).log.trim(keep),
    newEpoch: (channel) => state.channel(channel).restart(),
    crashChannel(channel, client) {
      const error = new RealtimeError("channel-closed", "The channel crashed.");
      for (const subscriber of [...state.channel(channel).subscribers]) {
        if (client === undefined || subscriber.client === client) subscriber.detached(error);
      }
    },
    revoke(channel, client) {
      revoked.add(pass(channel, client));
      for (const subscriber of [...state.channel(channel).subscribers]) {
        const error = state.refusalOf(channel, subscriber.client);
        if (error) subscriber.detached(error);
      }
    },
    grant(channel, client) {
      if (client === undefined) for (const key of revoked) if (key.startsWith(`${channel} `)) revoked.delete(key);
      revoked.delete(pass(channel, client));
    },
  };
}
