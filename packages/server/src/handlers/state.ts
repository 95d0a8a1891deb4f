/** Handles `state`: what a member says of itself. */
import { RealtimeError, type StateFrame } from "@attune/protocol";
import type { Connection } from "../connection/connection.js";
import { checkState } from "../presence/presence-state.js";

/**
 * Sets the presence state of a connection on a channel, whole.
 *
 * @throws {RealtimeError} `not-joined`, `forbidden` for an observer, `invalid-payload`, `payload-too-large`
 */
export function setState(connection: Connection, { c, d }: StateFrame): void {
  const place = connection.places.get(c);
  if (!place)
    throw new RealtimeError("not-joined", `Cannot set a presence state on "${c.slice(0, 80)}" before joining it.`);
  if (!place.isMember) throw new RealtimeError("forbidden", `Cannot be present on "${c}".`);
  const { definition } = place.subscription.channel;
  connection.session.setState(c, checkState(d, definition, connection.server.settings.limits.messageBytes, c));
}
