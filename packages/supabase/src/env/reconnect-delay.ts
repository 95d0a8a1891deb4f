/** Attune's waiting times, for the client's own reconnection: it runs when the app has channels of its own on the client. */

/**
 * 1, 2, 4, 8, 16, then 30 s, plus up to 1 s at random, so that clients cut off together do not come back together.
 *
 * @param tries 1 for the first retry
 * @returns milliseconds
 * @example
 * ```ts
 * import { reconnectAfterMs } from "@attune/supabase";
 * import { createClient } from "@supabase/supabase-js";
 * createClient("https://project.supabase.co", "sb_publishable_key", { realtime: { reconnectAfterMs } });
 * ```
 */
export function reconnectAfterMs(tries: number): number {
  return Math.min(1_000 * 2 ** (tries - 1), 30_000) + Math.round(Math.random() * 1_000);
}
