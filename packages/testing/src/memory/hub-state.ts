/** Everything that is inside a hub: its channels, its connections, and what is wrong with them. */
import type { Closed } from "@attune/core/driver";
import { type Clock, RealtimeError } from "@attune/protocol";
import type { Direction } from "../faults/fault.js";
import { createHubChannel, type HubChannel } from "./hub-channel.js";
import { createOneShotFaults, type OneShotFaults } from "./one-shot-faults.js";
import type { Received } from "./received.js";

/** A connection, as the hub and its faults see it. */
export interface HubPeer {
  readonly client: string;
  /** "" until the hub has let it in. */
  readonly connectionId: string;
  readonly isOpen: boolean;
  /** At the hub alone: the client hears nothing, and nothing of it is heard any more. */
  forget(): void;
  cut(): void;
  stall(): void;
  resume(): void;
  /** Loses what is sent in a direction; `undefined`: no more, and it breaks if anything was lost. */
  swallow(direction: Direction | undefined): void;
  /** The token that it came with does not hold any more. */
  expire(): void;
}

/** The inside of a hub, shared with the drivers of its clients. */
export interface HubState {
  readonly clock: Clock;
  latencyMs: number;
  settling: boolean;
  readonly received: Received[];
  readonly peers: Set<HubPeer>;
  readonly oneShot: OneShotFaults;
  /** Labels of stalled clients; `*` is everyone. */
  readonly stalled: Set<string>;
  /** Labels of clients whose line is half open, or `*`. */
  readonly halfOpen: Map<string, Direction>;
  /** They hold no more. */
  readonly expiredTokens: Set<string>;
  /** A channel and the label of a client, or `*`. */
  readonly revoked: Set<string>;
  refusal: { readonly reason: Closed; left: number } | undefined;
  readonly channels: ReadonlyMap<string, HubChannel>;
  /** Made when first asked for. */
  channel(name: string): HubChannel;
  /** `connection-1`, `connection-2`: unique in this hub, and the same in every run. */
  nextId(kind: string): string;
  isStalled(client: string): boolean;
  halfOpenOf(client: string): Direction | undefined;
  /** Why a client may not use a channel. */
  refusalOf(channel: string, client: string): RealtimeError | undefined;
}

/** Makes the inside of an empty hub. */
export function createHubState(clock: Clock, latencyMs: number): HubState {
  const channels = new Map<string, HubChannel>();
  const oneShot = createOneShotFaults();
  const stalled = new Set<string>();
  const halfOpen = new Map<string, Direction>();
  const revoked = new Set<string>();
  const counts = new Map<string, number>();

  function nextId(kind: string): string {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return `${kind}-${count}`;
  }

  return {
    clock,
    latencyMs,
    settling: false,
    received: [],
    peers: new Set(),
    oneShot,
    stalled,
    halfOpen,
    expiredTokens: new Set(),
    revoked,
    refusal: undefined,
    channels,
    channel(name) {
      const channel = channels.get(name) ?? createHubChannel(clock, oneShot, nextId);
      channels.set(name, channel);
      return channel;
    },
    nextId,
    isStalled: (client) => stalled.has("*") || stalled.has(client),
    halfOpenOf: (client) => halfOpen.get("*") ?? halfOpen.get(client),
    refusalOf(channel, client) {
      if (!revoked.has(`${channel} *`) && !revoked.has(`${channel} ${client}`)) return undefined;
      return new RealtimeError("forbidden", `Cannot use "${channel}": access was revoked.`, { details: { channel } });
    },
  };
}
