/** Handles `sig`: the hot path of cursors and typing. */
import { RealtimeError, type SigFrame, validatePayload } from "@attune/protocol";
import { signalSchema } from "../access/channel-rules.js";
import { MAX_SIGNAL_NAMES } from "../channel/signal-lane.js";
import type { Connection, Place } from "../connection/connection.js";
import { isLongerThan } from "../wire/json-bytes.js";

/** Attune's own signals, such as "@typing", have no schema: they get little room instead. */
const OWN_SIGNAL_BYTES = 256;

/**
 * Sets a signal. What comes too fast is dropped and counted.
 *
 * @throws {RealtimeError} `not-joined`, `forbidden`, `unknown-event`, `invalid-payload`, `payload-too-large`,
 * `limit-exceeded`
 */
export function signal(connection: Connection, frame: SigFrame): void | Promise<void> {
  const { server, session, access } = connection;
  if (session.signals.take(server.settings.env.clock.now()) > 0) {
    server.counters.signalsDropped++;
    return;
  }
  const place = connection.places.get(frame.c);
  if (!place) throw new RealtimeError("not-joined", `Cannot signal on "${frame.c.slice(0, 80)}" before joining it.`);
  // A signal is seen by all, so to see a channel is not enough. Members of a presence channel may; elsewhere, publishers.
  if (place.subscription.channel.presence ? place.isMember : access.has(frame.c, "publish")) {
    return set(connection, place, frame);
  }
  if (place.subscription.channel.presence) throw new RealtimeError("forbidden", `Cannot be present on "${frame.c}".`);
  return access.check(frame.c, "publish").then((isGranted) => {
    if (!isGranted) throw new RealtimeError("forbidden", `Cannot signal on "${frame.c}".`);
    const current = connection.places.get(frame.c);
    if (current) set(connection, current, frame);
  });
}

function set({ server, session }: Connection, { subscription }: Place, { c, n, d }: SigFrame): void {
  const { channel } = subscription;
  if (!subscription.isLive) {
    server.counters.signalsDropped++;
    return;
  }
  const value = d === undefined ? null : d;
  const subject = `signal "${n.slice(0, 80)}" on "${c}"`;
  const schema = signalSchema(channel, n);
  // Null takes a signal back, whatever its schema says of values.
  validatePayload(value, value === null ? undefined : schema, subject);
  const json = JSON.stringify(value);
  const maxBytes = n.startsWith("@") ? OWN_SIGNAL_BYTES : server.settings.bounds.signalBytes;
  if (isLongerThan(json, maxBytes)) {
    throw new RealtimeError("payload-too-large", `The ${subject} takes more than ${maxBytes} bytes.`);
  }
  const { connectionId } = session;
  const who = channel.presence
    ? ""
    : `,${JSON.stringify(session.user?.userId ?? "")},${JSON.stringify(session.user?.name ?? "")}`;
  if (!channel.signal({ connectionId, name: n, json: `["${connectionId}",${json}${who}]` })) {
    throw new RealtimeError("limit-exceeded", `A connection may use ${MAX_SIGNAL_NAMES} signals on a channel.`);
  }
  server.counters.signals++;
}
