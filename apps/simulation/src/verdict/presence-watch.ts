/** Knows from outside who is there, and judges every leave that somebody is shown. */
import type { SimulatedClient } from "../world/simulated-client.js";
import type { World } from "../world/world.js";

/** The grace of the server, less what a frame may take. */
const GRACE_MS = 4_900;
/** Where everybody's line is in order, a leave is told this soon after it. */
const PROMPT_MS = 3_000;
/** What was wrong with a line longer ago than this holds nothing up any more: no tab sleeps longer. */
const LATE_MS = 90_000;

interface Record {
  /** Times without a sound connection, or off the channel; the last one may be going on. */
  readonly downs: { readonly fromMs: number; untilMs: number | undefined }[];
  /** When it was last away because its user, the app or the server wanted so. */
  awayMs: number;
}

/** The truth about presence on one channel. */
export class PresenceWatch {
  readonly #world: World;
  readonly #clients: readonly SimulatedClient[];
  readonly #channel: string;
  readonly #records = new Map<SimulatedClient, Record>();

  constructor(world: World, clients: readonly SimulatedClient[], channel: string) {
    this.#world = world;
    this.#clients = clients;
    this.#channel = channel;
  }

  /** Looks at everybody: to be called whenever something may have changed. */
  look(): void {
    const { nowMs } = this.#world.time;
    for (const client of this.#clients) {
      const record = this.#recordOf(client);
      if (!this.isWanted(client)) record.awayMs = nowMs;
      const last = record.downs.at(-1);
      const isDown = last !== undefined && last.untilMs === undefined;
      if (this.#isOn(client) === !isDown) continue;
      if (isDown) last.untilMs = nowMs;
      else record.downs.push({ fromMs: nowMs, untilMs: undefined });
    }
  }

  /** Who was put off the channel, for going slower than that, is away from it with the soundest line. */
  #isOn(client: SimulatedClient): boolean {
    return client.isSound && client.channel(this.#channel).$status.value?.phase === "joined";
  }

  /** The server sent this user away. */
  sentAway(userId: string): void {
    const own = this.#clients.filter((client) => client.userId === userId);
    for (const client of own) this.#recordOf(client).awayMs = this.#world.time.nowMs;
  }

  /** Whether a client is on the channel, as far as its user is concerned. */
  isWanted(client: SimulatedClient): boolean {
    return (
      !client.isDown && client.leases.has(this.#channel) && client.realtime.$connection.value?.status !== "disconnected"
    );
  }

  /** Whether nobody of this user had been away for as long as the grace when the observer was told so. */
  isFlicker(userId: string, observer: SimulatedClient): boolean {
    this.look();
    const { nowMs } = this.#world.time;
    const own = this.#clients.filter((client) => client.userId === userId);
    // News is as late as the longest time for which somebody on its way could not be reached.
    const longestMs = Math.max(...[observer, ...own].map((client) => this.#longestDownMs(client, nowMs)));
    const sinceMs = nowMs - PROMPT_MS - longestMs;
    // A tab that its user closed ends the membership while another one is only coming back: places are kept by user.
    const wentAway = own.some((client) => this.#recordOf(client).awayMs >= sinceMs);
    return own.some((client) => {
      const { downs: times, awayMs } = this.#recordOf(client);
      if (awayMs >= sinceMs) return false;
      const toleratedMs = wentAway ? 0 : GRACE_MS;
      return !times.some(({ fromMs, untilMs = nowMs }) => untilMs >= sinceMs && untilMs - fromMs >= toleratedMs);
    });
  }

  #longestDownMs(client: SimulatedClient, nowMs: number): number {
    const recent = this.#recordOf(client).downs.filter(({ untilMs = nowMs }) => untilMs >= nowMs - LATE_MS);
    return Math.max(0, ...recent.map(({ fromMs, untilMs = nowMs }) => untilMs - fromMs));
  }

  #recordOf(client: SimulatedClient): Record {
    let record = this.#records.get(client);
    if (!record) {
      record = { downs: [], awayMs: Number.NEGATIVE_INFINITY };
      this.#records.set(client, record);
    }
    return record;
  }
}
