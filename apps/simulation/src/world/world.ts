/** What everything in one run shares: time, chance, and somebody who writes the timeline. */
import type { Random } from "@attune/protocol";
import { seededRandom } from "@attune/testing";
import { VirtualTime } from "./virtual-time.js";

/** One run's world. */
export interface World {
  readonly time: VirtualTime;
  /** Chance of the network and of the processes; the schedule has its own, so that one does not move the other. */
  readonly random: Random;
  id(): string;
  /** A whole number from `low` to `high`. */
  between(low: number, high: number): number;
  /** Writes a line of the timeline; absent unless somebody reads it, because writing costs more than running. */
  readonly trace: ((who: string, what: string) => void) | undefined;
}

/** Where the lines of a timeline go. */
export type Timeline = (atMs: number, who: string, what: string) => void;

/** Makes a world. */
export function createWorld(seed: number, timeline?: Timeline): World {
  const random = seededRandom(seed);
  const time = new VirtualTime();
  let ids = 0;
  return {
    time,
    random,
    id: () => `i${++ids}`,
    between: (low, high) => low + Math.floor(random() * (high - low + 1)),
    trace: timeline && ((who, what) => timeline(time.elapsedMs, who, what)),
  };
}
