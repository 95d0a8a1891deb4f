/** Limits how often a client may ask for what costs the server a query. */
import { RealtimeError } from "@attune/protocol";
import type { Connection } from "../connection/connection.js";

/**
 * Counts one `sub` or `hist`.
 *
 * @throws {RealtimeError} `rate-limited` with `retryAfterMs`
 */
export function takeRequest({ server, session }: Connection): void {
  const retryAfterMs = session.requests.take(server.settings.env.clock.now());
  if (retryAfterMs > 0) {
    throw new RealtimeError("rate-limited", "Too many requests.", { details: { retryAfterMs } });
  }
}
