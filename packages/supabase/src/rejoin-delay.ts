/** How long to wait before a table is joined or read again. Pure. */
import type { Random } from "@attune/protocol";

const MIN_MS = 1_000;
const MAX_MS = 30_000;
const JITTER_MS = 1_000;

/**
 * 1, 2, 4, 8, 16, then 30 s, and up to 1 s at random after the cap, so that clients cut off together do not come back together.
 *
 * @param failures in a row, from 1
 * @param afterMs what the server's limits ask for at least
 */
export function rejoinDelayMs(failures: number, random: Random, afterMs = 0): number {
  return Math.max(afterMs, Math.min(MAX_MS, MIN_MS * 2 ** (failures - 1))) + Math.round(random() * JITTER_MS);
}
