/** Apps that come to a soak and leave it for good, one after the other: whoever still shows one later shows a ghost. */
import { createSoakClient, ROOM, CHANNELS, type SoakClient, type SoakWorld } from "./soak-world.js";

/** In good order; with a broken line; or without a sign, as a machine that lost its power. */
export const WAYS_OUT = ["goodbye", "killed", "silent"] as const;
export type WayOut = (typeof WAYS_OUT)[number];

/** The server misses a silent one after so many ticks; the service, after a minute. */
const MISSED_AFTER_TICKS = 80;

/** Core shows who is missing for 5 s, and a busy machine is late. */
const SHOWN_MS = 9_000;

/** The guests of a soak. */
export interface Guests {
  /** Who is there now, and settled. */
  readonly current: SoakClient | undefined;
  /** How many have left, in each way. */
  readonly left: Readonly<Partial<Record<WayOut, number>>>;
  /** Whether the server has missed everybody who left. */
  readonly areMissed: boolean;
  /** Who showed whom for too long, though everything reached it. */
  readonly ghosts: readonly string[];
  /** For how long the last trace of a guest was shown, by somebody whom everything reached. */
  readonly longestMs: number;
  /** The current one leaves for good, and another comes. */
  leave(way: WayOut): void;
  /** A moment passed. */
  tick(): void;
  close(): Promise<void>;
}

interface Departed {
  readonly client: SoakClient;
  ticksLeft: number;
  /** When the server knew. */
  missedAtMs?: number;
}

/** Lets the first one in. */
export function welcomeGuests({ double, clients }: SoakWorld, seed: number): Guests {
  const departed: Departed[] = [];
  const left: Partial<Record<WayOut, number>> = {};
  const ghosts = new Set<string>();
  const reachedSince = new Map<SoakClient, number>();
  let guest: SoakClient | undefined;
  let longestMs = 0;
  let arriving = welcome();
  // A loss between two moments counts, too: core waits anew after each.
  for (const client of clients)
    client.service.channel(ROOM).$status.listen(({ phase, continuity }) => {
      if (phase !== "joined" || continuity === "stale") reachedSince.delete(client);
    });

  async function welcome(): Promise<void> {
    const number = departed.length;
    const next = await createSoakClient(double, `guest${number}`, seed * 10_000 + number);
    for (const channel of CHANNELS) {
      const handle = next.service.channel(channel);
      handle.on("sync_requested", handle.acknowledgeGap);
      handle.join();
    }
    guest = next;
  }

  function observe(client: SoakClient, nowMs: number): void {
    if (!client.isReached) {
      reachedSince.delete(client);
      return;
    }
    const sinceMs = reachedSince.get(client) ?? nowMs;
    reachedSince.set(client, sinceMs);
    const shown = client.service.channel(ROOM).$members.get();
    for (const { client: gone, missedAtMs } of departed) {
      if (missedAtMs === undefined || !shown.some(({ userId }) => userId === gone.name)) continue;
      const shownMs = nowMs - Math.max(missedAtMs, sinceMs);
      longestMs = Math.max(longestMs, shownMs);
      if (shownMs > SHOWN_MS) ghosts.add(`${client.name} shows ${gone.name}`);
    }
  }

  return {
    left,
    get current() {
      return guest?.isSettled ? guest : undefined;
    },
    get areMissed() {
      return departed.every(({ missedAtMs }) => missedAtMs !== undefined);
    },
    get ghosts() {
      return [...ghosts];
    },
    get longestMs() {
      return longestMs;
    },
    leave(way) {
      const client = guest;
      if (!client) return;
      guest = undefined;
      left[way] = (left[way] ?? 0) + 1;
      departed.push({ client, ticksLeft: way === "silent" ? MISSED_AFTER_TICKS : 0 });
      if (way === "killed") {
        void client.proxy.refuse();
        void client.proxy.reset();
      }
      if (way === "silent") {
        void client.proxy.pause();
        double.stall(client.name);
      }
      // Only the first of them can say so.
      client.service.dispose();
      arriving = arriving.then(welcome);
    },
    tick() {
      const nowMs = Date.now();
      for (const each of departed.filter(({ missedAtMs }) => missedAtMs === undefined)) {
        each.ticksLeft -= 1;
        if (each.ticksLeft === 0) double.cut(each.client.name);
        if (each.ticksLeft < 0 && !double.members(ROOM).some(({ client }) => client === each.client.name))
          each.missedAtMs = nowMs;
      }
      for (const client of clients) observe(client, nowMs);
    },
    async close() {
      await arriving;
      guest?.service.dispose();
      await Promise.all([guest, ...departed.map(({ client }) => client)].map((client) => client?.proxy.close()));
    },
  };
}
