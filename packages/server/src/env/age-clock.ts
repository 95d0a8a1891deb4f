/** The time by which what is kept grows old. */
import type { ServerEnv } from "./server-env.js";

/**
 * The wall clock's time of this moment, and from then on what has passed, whoever sets the clock meanwhile.
 *
 * A log that aged by the wall clock would be empty after the clock was set forward by an hour, and would forget which
 * messages it has. Milliseconds since 1970, so that what a process wrote down has an age for the next one too.
 */
export function createAgeClock(env: Pick<ServerEnv, "clock" | "uptimeMs">): () => number {
  const bootMs = env.clock.now() - env.uptimeMs();
  // Whole numbers, as the columns and the wire have them.
  return () => Math.round(bootMs + env.uptimeMs());
}
