/** A process with members of the presence channel: they stay, are cut off, fall silent, or are killed with it. */
import { seededRandom } from "@attune/testing";
import type { ClientSystem } from "../clients/client.js";
import { inBatches } from "../in-batches.js";
import { nowMs } from "../now.js";
import { connectPresenceClient } from "../presence/clients/connect.js";
import type { News, PresenceClient } from "../presence/clients/presence-client.js";
import { flap, type Line, openLine } from "../presence/line.js";
import { type NewsCounts, Sightings } from "../presence/sightings.js";

/** Whom to connect, and how. */
export interface PresenceChoice {
  readonly system: ClientSystem;
  readonly port: number;
  readonly names: readonly string[];
  /** Each through a proxy of its own. */
  readonly isProxied: boolean;
}

const sightings = new Sightings();
let clients: readonly PresenceClient[] = [];
let lines: readonly Line[] = [];

export const handlers = {
  /** Connects everybody, and lets them enter. */
  async connect({ system, port, names, isProxied }: PresenceChoice): Promise<void> {
    const onNews = (news: News, member: string) => sightings.add(news, member);
    const connect = (name: string, at: number) => connectPresenceClient({ system, port: at, name, onNews });
    if (isProxied) {
      lines = await inBatches(names.length, (index) => openLine(port, (at) => connect(names[index] as string, at)));
      clients = lines.map(({ client }) => client);
    } else clients = await inBatches(names.length, (index) => connect(names[index] as string, port));
    await inBatches(clients.length, (index) => (clients[index] as PresenceClient).enter());
  },
  /** Whether every client is live and shows so many members. */
  isFull(count: number): boolean {
    return clients.every((client) => client.isLive() && client.shown() === count);
  },
  reset(): void {
    sightings.reset();
  },
  counts(): NewsCounts {
    return sightings.counts();
  },
  /** When each client was told this of a member. */
  timesOf({ news, member }: { readonly news: News; readonly member: string }): readonly number[] {
    return sightings.timesOf(news, member);
  },
  /** Cuts every client off so many times. @returns how long each was away, each time */
  async flap(times: number): Promise<readonly number[]> {
    return (await Promise.all(lines.map((line, index) => flap(line, times, seededRandom(index))))).flat();
  },
  /** From now on nothing gets through, of the first clients so many. @returns when that began */
  async silence(count: number): Promise<number> {
    const startedMs = nowMs();
    await Promise.all(lines.slice(0, count).map(({ proxy }) => proxy.halfOpen()));
    return startedMs;
  },
};
