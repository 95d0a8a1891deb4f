/** Joining a channel: the checks in the service's order, what is replayed, and what is said in which order. */
import { checkToken, isToken, mayRead, watchToken } from "./access.js";
import { type Frame, isJson, type Json } from "./frame.js";
import type { SupabaseMessage } from "./message-table.js";
import { changeFilters, letChangesFlow, waitForChanges } from "./postgres-changes.js";
import { closeSession } from "./session-end.js";
import { type Connection, type Session, type SupabaseState, type Topic, wireTopic } from "./state.js";
import type { SupabaseToken } from "./token.js";

interface Refusal {
  readonly reason: string;
  /** Ends the socket as well. */
  readonly disconnects?: boolean;
}

interface Admission {
  readonly token: SupabaseToken;
  readonly replay: readonly SupabaseMessage[];
}

const after = (state: SupabaseState, ms: number) =>
  ms > 0 ? new Promise<void>((resolve) => void state.settings.clock.after(ms, resolve)) : Promise.resolve();

/** Takes a `phx_join`. Source: `join/3` in realtime_channel.ex; the socket waits meanwhile, as a transport process does. */
export async function join(state: SupabaseState, connection: Connection, frame: Frame): Promise<void> {
  const before = connection.sessions.get(frame.topic);
  if (before) closeSession(state, before);
  connection.hold();
  const payload = isJson(frame.payload) ? frame.payload : {};
  const config = objectAt(payload, "config");
  const name = frame.topic.slice("realtime:".length);
  const topic = state.topic(name, isTrue(config["private"]));
  const admission = await admit(state, connection, topic, payload, config);
  if ("reason" in admission) {
    await after(state, state.settings.delays.joinErrorMs);
    connection.settle(reply(frame, "error", { reason: admission.reason }));
    if (admission.disconnects) connection.close(1001, "");
    return;
  }
  const session = enter(state, connection, topic, frame, config, admission);
  await after(state, state.settings.delays.joinMs);
  const problem = await waitForChanges(state, session, objectAt(config, "postgres_changes_options"));
  if (problem !== undefined) {
    session.isOpen = false;
    topic.sessions.delete(session);
    await after(state, state.settings.delays.joinErrorMs);
    connection.settle(reply(frame, "error", { reason: problem }));
    return;
  }
  // The socket may have gone while its join was under way.
  if (!state.connections.has(connection)) return void topic.sessions.delete(session);
  connection.sessions.set(frame.topic, session);
  connection.channelsChanged();
  const changes = session.changes.map(({ id, params }) => ({ ...params, id }));
  connection.settle(reply(frame, "ok", { postgres_changes: changes }));
  greet(state, session, admission.replay);
}

/** What comes after the reply: the replay, oldest first, then the Postgres subscription, then who is present. */
function greet(state: SupabaseState, session: Session, replay: readonly SupabaseMessage[]): void {
  const { connection, topic, joinRef } = session;
  watchToken(state, session);
  for (const { id, event, payload } of replay) {
    const meta = { replayed: true, id };
    if (payload instanceof Uint8Array) {
      const bytes = Buffer.from(payload);
      connection.pushBroadcast(wireTopic(topic), { kind: "user", event, encoding: "binary", bytes, meta });
    } else {
      const body = { type: "broadcast", event, payload, meta };
      connection.push({ joinRef, ref: null, topic: wireTopic(topic), event: "broadcast", payload: body });
    }
  }
  letChangesFlow(state, session);
  if (!session.presenceEnabled) return;
  state.rates.presence.add();
  connection.push({
    joinRef,
    ref: null,
    topic: wireTopic(topic),
    event: "presence_state",
    payload: topic.presence.state(),
  });
}

async function admit(
  state: SupabaseState,
  connection: Connection,
  topic: Topic,
  payload: Json,
  config: Json,
): Promise<Refusal | Admission> {
  const { limits } = state.settings;
  if (topic.name === "") return { reason: "TopicNameRequired: You must provide a topic name" };
  if (state.rates.joins.isTriggered()) {
    return { reason: "ClientJoinRateLimitReached: Too many joins per second", disconnects: true };
  }
  state.rates.joins.add();
  if (connection.sessions.size >= limits.channels) return { reason: "ChannelRateLimitReached: Too many channels" };
  const given = payload["access_token"] ?? payload["user_token"];
  const raw = typeof given === "string" && !given.startsWith("sb_") ? given : connection.apiKey.raw;
  const token = checkToken(state, raw);
  if (!isToken(token)) return { reason: token.reason };
  if (!(await mayRead(state, topic, token))) {
    const text = `You do not have permissions to read from this Channel topic: ${topic.name}`;
    return { reason: `Unauthorized: ${text}` };
  }
  return admitReplay(state, topic, token, objectAt(config, "broadcast")["replay"]);
}

function admitReplay(state: SupabaseState, topic: Topic, token: SupabaseToken, replay: unknown): Refusal | Admission {
  if (replay === undefined) return { token, replay: [] };
  if (!topic.private) return { reason: "UnableToReplayMessages: Replay is not allowed for public channels" };
  if (!isJson(replay)) return { token, replay: [] };
  const { since, limit = state.settings.limits.replay } = replay;
  if (!Number.isInteger(since) || !Number.isInteger(limit)) {
    return { reason: "UnableToReplayMessages: Replay params are not valid" };
  }
  return { token, replay: state.messages.replay(topic.name, Number(since), Number(limit)) };
}

/** From here on broadcasts reach it, though its reply is still to come. */
function enter(
  state: SupabaseState,
  connection: Connection,
  topic: Topic,
  frame: Frame,
  config: Json,
  admission: Admission,
): Session {
  const broadcast = objectAt(config, "broadcast");
  const presence = objectAt(config, "presence");
  const key = presence["key"];
  const session: Session = {
    connection,
    topic,
    joinRef: frame.joinRef,
    ack: isTrue(broadcast["ack"]),
    self: isTrue(broadcast["self"]),
    presenceKey: typeof key === "string" && key !== "" ? key : state.uuid(),
    presenceEnabled: isTrue(presence["enabled"]),
    changes: changeFilters(config["postgres_changes"]),
    replayedIds: new Set(admission.replay.map(({ id }) => id)),
    token: admission.token,
    presenceCalls: { count: 0, untilMs: 0 },
    changesFlow: false,
    isOpen: true,
    cancelTimers: () => {},
  };
  topic.sessions.add(session);
  return session;
}

/** The answer to a message. */
export function reply({ joinRef, ref, topic }: Frame, status: "ok" | "error", response: unknown): Frame {
  return { joinRef, ref, topic, event: "phx_reply", payload: { status, response } };
}

function objectAt(value: Json, key: string): Json {
  const found = value[key];
  return isJson(found) ? found : {};
}

/** The service takes `true` and `"true"`. */
function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}
