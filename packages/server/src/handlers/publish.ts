/** Handles `pub`: one message into the log, once, in its producer's order. */
import { messageId, type PubFrame, RealtimeError, toWirePosition } from "@attune/protocol";
import { type KnownChannel, knownChannel } from "../access/channel-rules.js";
import type { AppendResult, ChainLink } from "../broker/broker.js";
import type { Connection } from "../connection/connection.js";
import { encodeFrame } from "../wire/encoded-frame.js";
import { checkMessage, PRODUCER, senderJson, toNewMessage } from "./message.js";

/**
 * Publishes a message. The `ack` follows the append.
 *
 * @throws {RealtimeError} whatever refuses it, as {@link toRefusal} puts it into a `nack`
 */
export async function publish(connection: Connection, frame: PubFrame): Promise<void> {
  const { access, server, session } = connection;
  const { settings, counters } = server;
  if (session.attempts.take(settings.env.clock.now()) > 0) {
    connection.bye(4003, "The client goes on sending three times as fast as it may.");
    return;
  }
  const known = knownChannel(settings.channels, frame.c);
  if (!(await access.check(frame.c, "publish")))
    throw new RealtimeError("forbidden", `Cannot publish on "${frame.c}".`);
  if (!connection.isOpen) return;
  if (!PRODUCER.test(frame.p)) throw new RealtimeError("invalid-payload", "The producer is not a valid id.");
  const result = await appendPaced(connection, frame, known);
  if (result.outcome === "stored") {
    // A repeat costs nothing: the client only asks what became of it.
    if (result.isRepeat) session.attempts.refund();
    else counters.messages++;
    const { position, timestampMs } = result;
    connection.send(
      encodeFrame({ t: "ack", c: frame.c, p: frame.p, s: frame.s, pos: toWirePosition(position), ts: timestampMs }),
    );
  } else if (result.outcome === "out-of-order") {
    throw new RealtimeError("out-of-order", "Another message goes before this one.", {
      details: { last: result.last },
    });
  } else {
    throw new RealtimeError("outcome-unknown", "This was sent so long ago that its outcome is forgotten.");
  }
}

/** Appends within the rate. Only what is appended uses the rate up; a repeat gets its answer even when there is none left. */
async function appendPaced(connection: Connection, frame: PubFrame, known: KnownChannel): Promise<AppendResult> {
  const { server, session } = connection;
  const { clock } = server.settings.env;
  const link = { owner: session.user?.userId ?? "", producer: frame.p, sequence: frame.s, previous: frame.b };
  const data = checkMessage(known, toDraft(frame), server.settings.limits.messageBytes);
  const retryAfterMs = session.messages.take(clock.now());
  if (retryAfterMs > 0) {
    const answer = await server.node.recall(frame.c, link);
    if (answer) return answer;
    throw new RealtimeError("rate-limited", "Too many messages.", { details: { retryAfterMs } });
  }
  const id = messageId(session.user?.userId, frame.p, frame.s);
  const message = toNewMessage(id, frame.n, data, senderJson(session.user), clock.now());
  const result = await server.appends.track(
    server.node.append(frame.c, { ...message, link: link satisfies ChainLink }),
  );
  if (result.outcome !== "stored" || result.isRepeat) session.messages.refund();
  return result;
}

/** JSON has no `undefined`: data that is absent on the wire is null. */
function toDraft({ c, n, d }: PubFrame): { channel: string; event: string; data: unknown } {
  return { channel: c, event: n, data: d === undefined ? null : d };
}
