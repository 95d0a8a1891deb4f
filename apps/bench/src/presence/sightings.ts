/** What the clients of a process were told of other members, and when. */
import { nowMs } from "../now.js";
import type { News } from "./clients/presence-client.js";

/** How often each was told, all clients and members together. */
export type NewsCounts = Readonly<Record<News, number>>;

/** Sightings since the last `reset`. */
export class Sightings {
  #times = new Map<string, number[]>();
  #counts: Record<News, number> = { join: 0, leave: 0, update: 0 };

  add(news: News, member: string): void {
    this.#counts[news]++;
    const key = `${news} ${member}`;
    const times = this.#times.get(key);
    if (times) times.push(nowMs());
    else this.#times.set(key, [nowMs()]);
  }

  /** When it was told of this member: a time for each client that was told. */
  timesOf(news: News, member: string): readonly number[] {
    return this.#times.get(`${news} ${member}`) ?? [];
  }

  counts(): NewsCounts {
    return { ...this.#counts };
  }

  reset(): void {
    this.#times = new Map();
    this.#counts = { join: 0, leave: 0, update: 0 };
  }
}
