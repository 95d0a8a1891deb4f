/** Handles `patch`: one change of a shared state, once, on top of what it was made from. */
import { messageId, type PatchFrame, RealtimeError, type StateVersion } from "@attune/protocol";
import { applyPatch, type JsonPatch, parsePatch, placesOf } from "@attune/protocol/patch";
import type { StateLink, StateResult } from "../broker/broker.js";
import type { Channel } from "../channel/channel.js";
import type { Connection } from "../connection/connection.js";
import { checkState, outdated } from "../state/shared-state.js";
import { encodeFrame } from "../wire/encoded-frame.js";
import { isLongerThan } from "../wire/json-bytes.js";
import { PRODUCER, senderJson } from "./message.js";

/**
 * Changes a shared state. The `patched` follows once the new version is stored.
 *
 * @throws {RealtimeError} whatever refuses it, as `toRefusal` puts it into a `nack`
 */
export async function patch(connection: Connection, frame: PatchFrame): Promise<void> {
  const { access, server, session } = connection;
  const channel = sharedChannel(connection, frame);
  if (!(await access.check(frame.c, "state"))) {
    throw new RealtimeError("forbidden", `Cannot change the shared state of "${frame.c}".`);
  }
  if (!connection.isOpen) return;
  if (!PRODUCER.test(frame.p)) throw new RealtimeError("invalid-payload", "The producer is not a valid id.");
  const [epoch, version] = frame.b;
  const link = { owner: session.user?.userId ?? "", producer: frame.p, sequence: frame.s };
  const result = await channel.state.inTurn(async () => {
    try {
      return await change(connection, channel, frame, { epoch, version }, link);
    } catch (error) {
      // A repeat gets its answer whatever speaks against it by now: it was stored when nothing did.
      const answer = await server.node.recallState(frame.c, link);
      if (answer) return answer;
      throw error;
    }
  });
  if (result.outcome === "conflict") throw outdated(result.at, { epoch, version });
  if (result.outcome === "outcome-unknown") {
    throw new RealtimeError("outcome-unknown", "A later change of this producer was stored before this one.");
  }
  if (result.isRepeat) session.patches.refund();
  else server.counters.stateChanges++;
  const at = [result.at.epoch, result.at.version] as const;
  connection.send(encodeFrame({ t: "patched", c: frame.c, p: frame.p, s: frame.s, at }));
}

/** Only who has the state can change it: what a patch means depends on the value. */
function sharedChannel({ places }: Connection, { c }: PatchFrame): Channel {
  const subscription = places.get(c)?.subscription;
  if (subscription?.hasState) return subscription.channel;
  throw new RealtimeError("not-joined", `Cannot change the shared state of "${c.slice(0, 80)}" before joining it.`);
}

async function change(
  { server, session }: Connection,
  channel: Channel,
  frame: PatchFrame,
  base: StateVersion,
  link: StateLink,
): Promise<StateResult> {
  const { limits, bounds, env } = server.settings;
  const wanted = parsePatch(frame.d);
  const json = JSON.stringify(wanted);
  if (isLongerThan(json, limits.messageBytes)) {
    throw new RealtimeError("payload-too-large", `The patch takes more than ${limits.messageBytes} bytes.`);
  }
  const retryAfterMs = session.patches.take(env.clock.now());
  if (retryAfterMs > 0) throw new RealtimeError("rate-limited", "Too many changes.", { details: { retryAfterMs } });
  await channel.state.ready();
  const next = applied(channel, base, wanted);
  const version = next.from.version + 1;
  const id = messageId(session.user?.userId, frame.p, frame.s);
  const write = {
    base: next.from,
    json: checkState(next.value, channel.definition, bounds.stateBytes, channel.name),
    change: `[${version},${JSON.stringify(id)},${json},${senderJson(session.user)}]`,
    link,
  };
  const result = await server.appends.track(server.node.writeState(channel.name, write));
  // The broker's own delivery may come later, and then changes nothing: whose turn is next must see this version.
  if (result.outcome === "stored" && !result.isRepeat) channel.stateChanged({ ...result.at, json: write.change });
  return result;
}

/** The value with the patch, on top of the newest version where nothing speaks against that. */
function applied({ state }: Channel, base: StateVersion, wanted: JsonPatch): { from: StateVersion; value: unknown } {
  const from = state.at;
  if (!state.isFree(base, placesOf(wanted))) throw outdated(from, base);
  return { from, value: applyPatch(state.value, wanted) };
}
