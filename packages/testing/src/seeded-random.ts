/** Chance that replays: the same seed gives the same numbers on every machine. */
import type { Random } from "@attune/protocol";

/**
 * Makes a generator of numbers uniform in [0, 1). Not for secrets.
 *
 * @param seed any number; its lowest 32 bits count. Print it when a test fails
 * Source: mulberry32 by Tommy Ettinger, 2017, public domain; as in github.com/bryc/code, "PRNGs.md".
 * @example
 * ```ts
 * import { seededRandom } from "@attune/testing";
 * const random = seededRandom(7);
 * random() === seededRandom(7)(); // true
 * ```
 */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A number in [min, max). */
export function between(random: Random, min: number, max: number): number {
  return min + random() * (max - min);
}
