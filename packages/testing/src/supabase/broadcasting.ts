/** Broadcasts from a channel, from HTTP and from the database: who may, what is answered, what is stored. */
import { mayPersist, mayWrite } from "./access.js";
import { fanOut } from "./fan-out.js";
import { type Broadcast, type IncomingFrame, isJson, type Json, jsonBroadcast, payloadOf } from "./frame.js";
import { reply } from "./join.js";
import { shutDown } from "./session-end.js";
import type { Session, SupabaseState, Topic } from "./state.js";

/** Takes a broadcast from a channel. Source: broadcast_handler.ex; `persist` as of the version after pull request 2022. */
export async function takeBroadcast(state: SupabaseState, session: Session, frame: IncomingFrame): Promise<void> {
  const { topic } = session;
  const answer = (status: "ok" | "error", response: Json) => answerBroadcast(state, session, frame, status, response);
  const ttlSeconds = topic.private ? persistTtl(state, frame.broadcast?.meta?.["persist"]) : undefined;
  if (ttlSeconds === "invalid") return answer("error", { error: "invalid_persist_ttl" });
  if (!(await mayWrite(state, session))) {
    // Silence: the sender waits for an ack until it gives up.
    if (state.settings.refusedWrites === "reply") answer("error", { error: "unauthorized" });
    return;
  }
  state.rates.messages.add();
  const broadcast: Broadcast = frame.broadcast
    ? withoutMeta(frame.broadcast)
    : { kind: "text", payload: isJson(frame.payload) ? frame.payload : {} };
  if (sizeOf(broadcast) > state.settings.limits.payloadBytes) {
    return answer("error", { error: "payload_size_exceeded" });
  }
  fanOut(state, topic, broadcast, shutDown, session.self ? undefined : session);
  if (ttlSeconds === undefined || !(await mayPersist(state, session))) return answer("ok", {});
  answer("ok", { id: store(state, topic, eventOf(broadcast), payloadOf(broadcast), ttlSeconds) });
}

function answerBroadcast(
  state: SupabaseState,
  session: Session,
  frame: IncomingFrame,
  status: "ok" | "error",
  response: Json,
): void {
  if (!session.ack) return;
  if (state.armed.droppedAcks > 0) {
    state.armed.droppedAcks -= 1;
    return;
  }
  session.connection.push(reply(frame, status, response));
}

/** What the metadata asks for: nothing, a number of seconds, or nonsense. Source: `parse_persist` in messages.ex. */
export function persistTtl({ settings }: SupabaseState, asked: unknown): number | "invalid" | undefined {
  if (asked === undefined || asked === null || asked === false || asked === "false") return undefined;
  const maxSeconds = settings.limits.retentionMs / 1_000;
  const ttl = isJson(asked) ? (asked["ttl"] ?? maxSeconds) : asked === true || asked === "true" ? maxSeconds : NaN;
  const seconds = typeof ttl === "string" && /^\d+$/.test(ttl) ? Number(ttl) : ttl;
  if (typeof seconds !== "number" || !(seconds > 0) || seconds > maxSeconds) return "invalid";
  return settings.persistence ? seconds : undefined;
}

/** Puts a broadcast into the table, and gives its id. */
export function store(
  state: SupabaseState,
  topic: Topic,
  event: string,
  payload: unknown,
  ttlSeconds?: number,
  id: string = state.uuid(),
): string {
  const insertedAtMs = state.settings.clock.now();
  state.messages.insert({
    id,
    topic: topic.name,
    event,
    payload,
    private: topic.private,
    insertedAtMs,
    ...(ttlSeconds === undefined ? {} : { expiresAtMs: insertedAtMs + ttlSeconds * 1_000 }),
  });
  return id;
}

/**
 * The database speaks: `realtime.send()`. The row is stored, and then broadcast with its id.
 *
 * Source: migrations 20251103001201 (an object without `id` gets the row's) and 20260603120000 (bytes), replication_connection.ex.
 */
export function sendFromDatabase(
  state: SupabaseState,
  topic: Topic,
  event: string,
  payload: Readonly<Json> | Uint8Array,
): string {
  const id = state.uuid();
  const stored = payload instanceof Uint8Array ? payload : { id, ...payload };
  store(state, topic, event, stored, undefined, id);
  const broadcast: Broadcast =
    stored instanceof Uint8Array
      ? { kind: "user", event, encoding: "binary", bytes: Buffer.from(stored), meta: { id } }
      : jsonBroadcast(event, stored, { id });
  if (sizeOf(broadcast) > state.settings.limits.payloadBytes) return id;
  state.rates.messages.add();
  fanOut(state, topic, broadcast, shutDown);
  return id;
}

/** Bytes of a broadcast. The service measures Erlang's external form, which is a little longer. */
export function sizeOf(broadcast: Broadcast): number {
  return broadcast.kind === "user" ? broadcast.bytes.length : Buffer.byteLength(JSON.stringify(broadcast.payload));
}

function eventOf(broadcast: Broadcast): string {
  if (broadcast.kind === "user") return broadcast.event;
  const event = broadcast.payload["event"];
  return typeof event === "string" ? event : "";
}

/** What a client asks of the server is not passed on. */
function withoutMeta(broadcast: Broadcast): Broadcast {
  if (broadcast.kind === "text") return broadcast;
  const { meta: _, ...rest } = broadcast;
  return rest;
}
