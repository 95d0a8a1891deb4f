/** What goes wrong in a soak, drawn from a seed: mostly connections, sometimes the server. */
import type { Random } from "@attune/protocol";
import { between } from "@attune/testing";
import { type Guests, WAYS_OUT } from "./soak-guests.js";
import { CHANNELS, type SoakClient, type SoakWorld } from "./soak-world.js";

/** Kinds of faults, and how often each is drawn. */
const SHARES = {
  reset: 30,
  cut: 22,
  stall: 16,
  stallUntilGivenUp: 2,
  closeChannel: 6,
  crashChannel: 6,
  dropBroadcast: 8,
  dropAck: 4,
  expireTokens: 4,
  restart: 2,
  guestLeaves: 1,
} as const;

type FaultKind = keyof typeof SHARES;

/** Faults of a connection, by its proxy. */
const LINE_FAULTS: readonly FaultKind[] = ["reset", "cut", "stall", "stallUntilGivenUp"];

/** A fault that may end joins, and which. */
export interface Strike {
  /** How many frames the double had taken in by then. */
  readonly at: number;
  /** Connections that were struck, as the double counts them. */
  readonly connections: readonly number[];
  /** Channels that were ended on them; absent when it was the line that was struck. */
  readonly channels?: readonly string[];
}

/** Faults that come one by one. */
export interface FaultPlan {
  /** How many of each kind there were. */
  readonly counts: Readonly<Partial<Record<FaultKind, number>>>;
  /** How many faults of connections there were: those of the server come on top. */
  readonly total: number;
  readonly strikes: readonly Strike[];
  /** Strikes once, and says after how many ticks the next one is due. */
  strike(): number;
  /** A moment passed: what lasted long enough is over. */
  tick(): void;
  /** Everything that lasts is over. */
  end(): void;
}

interface Stall {
  readonly client: SoakClient;
  ticksLeft: number;
  readonly isUntilGivenUp: boolean;
}

/** @param random decides everything; what comes of it is up to the machine's speed */
export function createFaultPlan({ double, clients }: SoakWorld, guests: Guests, random: Random): FaultPlan {
  const counts: Partial<Record<FaultKind, number>> = {};
  const strikes: Strike[] = [];
  const stalls = new Set<Stall>();
  let total = 0;

  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;

  function drawKind(): FaultKind {
    let left = random() * Object.values(SHARES).reduce((sum, share) => sum + share, 0);
    const kinds = Object.entries(SHARES) as [FaultKind, number][];
    return (kinds.find(([, share]) => (left -= share) < 0) ?? (["reset", 0] as const))[0];
  }

  function struck(client?: SoakClient, channels?: readonly string[]): void {
    const connections = double.connections
      .filter((each) => !client || each.client === client.name)
      .map(({ number }) => number);
    strikes.push({ at: double.received.length, connections, ...(channels ? { channels } : {}) });
  }

  function stall(client: SoakClient, isUntilGivenUp: boolean): void {
    void client.proxy.pause(isUntilGivenUp ? "both" : one(["up", "down", "both"] as const));
    stalls.add({ client, isUntilGivenUp, ticksLeft: isUntilGivenUp ? 400 : Math.round(between(random, 4, 40)) });
  }

  /** What a fault does to one app that is connected. */
  function apply(kind: FaultKind, client: SoakClient): void {
    const channel = one(CHANNELS);
    if (LINE_FAULTS.includes(kind)) struck(client);
    switch (kind) {
      case "reset":
      case "cut":
        return void client.proxy[kind]();
      case "stall":
      case "stallUntilGivenUp":
        return stall(client, kind === "stallUntilGivenUp");
      case "closeChannel":
        struck(client, [channel]);
        return double.closeChannel(channel, undefined, client.name);
      case "crashChannel":
        struck(client, [channel]);
        return double.crashChannel(channel, client.name);
      case "dropBroadcast":
        return double.dropNextBroadcast();
      case "dropAck":
        return double.dropNextAck();
      case "expireTokens":
        struck(client, CHANNELS);
        return double.expireTokens(client.name);
      case "guestLeaves":
        return guests.leave(one(WAYS_OUT));
      default:
        struck();
        return double.restart();
    }
  }

  function resume(done: Stall): void {
    stalls.delete(done);
    void done.client.proxy.resume();
  }

  return {
    counts,
    strikes,
    get total() {
      return total;
    },
    strike() {
      const connected = clients.filter(
        ({ service, proxy }) => service.getConnectionState() === "connected" && proxy.connections.length > 0,
      );
      const kind = drawKind();
      const client = one(connected);
      const isStalled = [...stalls].some((each) => each.client === client);
      // Without a connection there is nothing to break, and a line is stalled once: sooner another try.
      if (!client || (isStalled && kind.startsWith("stall")) || (kind === "guestLeaves" && !guests.current)) return 1;
      apply(kind, client);
      counts[kind] = (counts[kind] ?? 0) + 1;
      if (LINE_FAULTS.includes(kind)) total += 1;
      return Math.round(between(random, 4, 20));
    },
    tick() {
      for (const each of [...stalls]) {
        each.ticksLeft -= 1;
        const isGivenUp = each.isUntilGivenUp && each.client.service.getConnectionState() !== "connected";
        if (isGivenUp || each.ticksLeft <= 0) resume(each);
      }
    },
    end() {
      for (const each of [...stalls]) resume(each);
    },
  };
}
