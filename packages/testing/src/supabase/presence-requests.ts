/** Tracking and untracking presence, and how often a channel may. */
import { mayWrite } from "./access.js";
import { fanOutPresence } from "./fan-out.js";
import { type Frame, isJson, type Json } from "./frame.js";
import { reply } from "./join.js";
import { shutDown } from "./session-end.js";
import type { Session, SupabaseState } from "./state.js";

/** Takes a `presence` message. Source: presence_handler.ex. */
export async function takePresence(state: SupabaseState, session: Session, frame: Frame): Promise<void> {
  const payload = isJson(frame.payload) ? frame.payload : {};
  const asked = payload["event"];
  const ok = () => session.connection.push(reply(frame, "ok", {}));
  if (typeof asked !== "string") return ok();
  if (!mayCall(state, session)) return shutDown(state, session, "Client presence rate limit exceeded");
  const event = asked.toLowerCase();
  if (event === "track") return track(state, session, frame, payload["payload"] ?? {});
  if (event !== "untrack") return session.connection.push(reply(frame, "error", {}));
  const diff = session.topic.presence.untrack(session);
  delete session.tracked;
  ok();
  if (diff) fanOutPresence(state, session.topic, diff);
}

async function track(state: SupabaseState, session: Session, frame: Frame, meta: unknown): Promise<void> {
  const { connection, topic } = session;
  if (!(await mayWrite(state, session))) return connection.push(reply(frame, "error", {}));
  if (!isJson(meta)) {
    return connection.push(reply(frame, "error", { reason: "Presence track payload must be a map" }));
  }
  if (session.tracked && isSame(session.tracked, meta)) return connection.push(reply(frame, "ok", {}));
  if (Buffer.byteLength(JSON.stringify(meta)) > state.settings.limits.payloadBytes) {
    return shutDown(state, session, "Track message size exceeded");
  }
  if (state.rates.presence.average() > state.settings.limits.presencePerSecond) {
    return shutDown(state, session, "Too many presence messages per second");
  }
  state.rates.presence.add();
  session.presenceEnabled = true;
  session.tracked = meta;
  const diff = topic.presence.track(session, session.presenceKey, meta);
  connection.push(reply(frame, "ok", {}));
  fanOutPresence(state, topic, diff);
}

function mayCall({ settings: { clock, limits } }: SupabaseState, session: Session): boolean {
  const nowMs = clock.now();
  const { count, untilMs } = session.presenceCalls;
  if (count === 0 || nowMs > untilMs) {
    session.presenceCalls = { count: 1, untilMs: nowMs + limits.presenceWindowMs };
    return true;
  }
  session.presenceCalls = { count: count + 1, untilMs };
  return count < limits.presenceCalls;
}

/** As Erlang compares maps: the order of keys does not count. */
function isSame(one: Json, other: Json): boolean {
  return sorted(one) === sorted(other);
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    isJson(each) ? Object.fromEntries(Object.entries(each).sort(([left], [right]) => (left < right ? -1 : 1))) : each,
  );
}
