/** Four apps on one Supabase double, each behind a proxy that can break its connection alone. */
import { createRealtime, type Realtime } from "@attune/core";
import { type FaultProxy, startFaultProxy, seededRandom } from "@attune/testing";
import { createSupabaseDouble, type SupabaseDouble, supabaseToken } from "@attune/testing/supabase";
import { supabase } from "../src/index.js";
import { officialClient } from "./official-clients.js";

/** Stored and replayed by Supabase, with presence. */
export const ROOM = "presence:room:1";
/** Neither. */
const NEWS = "public:news";
export const CHANNELS = [ROOM, NEWS] as const;

/** One app. */
export interface SoakClient {
  readonly name: string;
  readonly service: Realtime;
  readonly proxy: FaultProxy;
  /** Timers that core and the driver have set and neither fired nor cancelled. */
  readonly pendingTimers: number;
  /** Whether it is connected, and on both channels. */
  readonly isSettled: boolean;
  /** Whether what happens in the room reaches it just now. */
  readonly isReached: boolean;
}

/** All of them. */
export interface SoakWorld {
  readonly double: SupabaseDouble;
  readonly clients: readonly SoakClient[];
  close(): Promise<void>;
}

/** @param seed of every chance that the apps take */
export async function createSoakWorld(seed: number): Promise<SoakWorld> {
  const double = await createSupabaseDouble({
    persistence: true,
    random: seededRandom(seed),
    // The limits of the service are met in other tests; here they would be faults that nobody counted.
    limits: { messagesPerSecond: 1_000_000, joinsPerSecond: 1_000_000, presencePerSecond: 1_000_000, presenceCalls: 5 },
    delays: { joinErrorMs: 5, connectErrorMs: 5 },
  });
  const clients = await Promise.all(
    ["ada", "bob", "carl", "dora"].map((name, index) => createSoakClient(double, name, seed * 10 + index)),
  );
  return {
    double,
    clients,
    async close() {
      for (const { service } of clients) service.dispose();
      await double.close();
      await Promise.all(clients.map(({ proxy }) => proxy.close()));
    },
  };
}

/** @param name also its user, and how the double knows it */
export async function createSoakClient(double: SupabaseDouble, name: string, seed: number): Promise<SoakClient> {
  const proxy = await startFaultProxy({ target: { port: double.port } });
  const timers = new Set<object>();
  const random = seededRandom(seed);
  let asked = 0;
  const client = officialClient("newest", {
    url: `http://127.0.0.1:${proxy.port}`,
    client: name,
    // Every token is another one, so that one that expired is not shown again.
    token: () => supabaseToken({ sub: name, user_metadata: { name }, jti: `${++asked}` }),
    // What is not answered is given up soon: a run is to see many losses, not long ones.
    timeoutMs: 2_000,
  });
  const service = createRealtime({
    driver: supabase(client),
    reconnect: { minMs: 20, maxMs: 80, jitterMs: 20, maxAttempts: Number.POSITIVE_INFINITY },
    queue: { max: 10_000, perSecond: 0 },
    env: {
      random,
      id: () => `${name}${Math.floor(random() * 1e9)}`,
      clock: {
        now: () => Date.now(),
        after(ms, run) {
          const timer = {};
          timers.add(timer);
          const stop = setTimeout(() => {
            timers.delete(timer);
            run();
          }, ms);
          return () => {
            timers.delete(timer);
            clearTimeout(stop);
          };
        },
      },
    },
  });
  return {
    name,
    service,
    proxy,
    get pendingTimers() {
      return timers.size;
    },
    get isSettled() {
      const isThere = CHANNELS.every((channel) => {
        const { phase, continuity } = service.channel(channel).$status.get();
        return phase === "joined" && continuity === "live";
      });
      return isThere && service.getConnectionState() === "connected";
    },
    get isReached() {
      const { phase, continuity } = service.channel(ROOM).$status.get();
      const last = proxy.log.filter(({ what }) => what === "pause" || what === "resume").at(-1)?.what;
      return phase === "joined" && continuity !== "stale" && last !== "pause";
    },
  };
}
