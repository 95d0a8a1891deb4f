/** A realtime provider inside one process, for tests: clients join it through {@link memoryDriver}. */
import { type Clock, type LogMessage, type PresenceEntry, RealtimeError, type Sender } from "@attune/protocol";
import { systemClock } from "../system-clock.js";
import { createFaults, type MemoryFaults } from "./faults.js";
import { createHubState, type HubState } from "./hub-state.js";
import type { Received } from "./received.js";

/** How to make a hub. */
export interface MemoryHubOptions {
  /** Drives latencies, presence grace and timestamps. Default the machine's. */
  readonly clock?: Clock;
  /** Milliseconds that everything takes, one way. Default 0: it arrives in a microtask, still never inside the call. */
  readonly latencyMs?: number;
}

/** The hub, as a test sees it. */
export interface MemoryHub extends MemoryFaults {
  /** Milliseconds one way, for what is sent from now on. */
  latencyMs: number;
  /** While true, joins say that the server has just started and may not know everybody yet. */
  settling: boolean;
  /** What arrived here, oldest first. Empty it with `length = 0`. */
  readonly received: Received[];
  /** Labels of the clients that are connected. */
  readonly clients: readonly string[];
  /** Publishes as the app's backend would. */
  publish(channel: string, event: string, data: unknown, sender?: Sender): void;
  /** The log of a channel, oldest first. */
  messages(channel: string): readonly LogMessage[];
  /** Who is on a channel, by connection; those in their grace too. */
  members(channel: string): readonly PresenceEntry[];
  /** Labels of the clients that are joined to a channel. */
  subscribers(channel: string): readonly string[];
}

const insides = new WeakMap<MemoryHub, HubState>();

/**
 * Makes an in-memory provider.
 *
 * It is not Attune's server and speaks no frames: a second provider beside the real ones, that does exactly what a test
 * tells it to. Everything is asynchronous, and in order per connection.
 *
 * @example
 * ```ts
 * import { createMemoryHub, manualClock, memoryDriver } from "@attune/testing";
 * const hub = createMemoryHub({ clock: manualClock() });
 * const driver = memoryDriver(hub, { client: "ada" });
 * ```
 */
export function createMemoryHub({ clock = systemClock, latencyMs = 0 }: MemoryHubOptions = {}): MemoryHub {
  const state = createHubState(clock, latencyMs);
  const hub: MemoryHub = {
    ...createFaults(state),
    get latencyMs() {
      return state.latencyMs;
    },
    set latencyMs(ms) {
      state.latencyMs = ms;
    },
    get settling() {
      return state.settling;
    },
    set settling(isSettling) {
      state.settling = isSettling;
    },
    received: state.received,
    get clients() {
      return [...state.peers].filter((peer) => peer.isOpen).map((peer) => peer.client);
    },
    publish(channel, event, data, sender) {
      state.channel(channel).append({ event, data, ...(sender ? { sender } : {}) });
    },
    // Looking at a channel must not make one.
    messages: (channel) => [...(state.channels.get(channel)?.log.messages ?? [])],
    members: (channel) => state.channels.get(channel)?.presence.snapshot().entries ?? [],
    subscribers: (channel) => Array.from(state.channels.get(channel)?.subscribers ?? [], ({ client }) => client),
  };
  insides.set(hub, state);
  return hub;
}

/** The inside of a hub, for the drivers of its clients. */
export function insideOf(hub: MemoryHub): HubState {
  const state = insides.get(hub);
  if (!state) throw new RealtimeError("invalid-option", "memoryDriver() needs a hub made by createMemoryHub().");
  return state;
}
