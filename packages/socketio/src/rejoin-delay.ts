/** How long to wait before joining again on a connection that is still there. Pure. */
import type { Random } from "@attune/protocol";

const MIN_MS = 1_000;
const MAX_MS = 30_000;
const JITTER_MS = 1_000;

/**
 * @param failures in a row, from 1
 * @param afterMs what the server asked for; it goes before ours. `NaN` where it asked for nothing
 * @returns milliseconds; the jitter is added after the cap, or everybody would come back at once at the cap
 */
export function rejoinDelayMs(failures: number, random: Random, afterMs: number): number {
  if (afterMs >= 0) return afterMs;
  return Math.min(MAX_MS, MIN_MS * 2 ** (failures - 1)) + random() * JITTER_MS;
}
