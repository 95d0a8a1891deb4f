/** How a joined channel ends: by leaving, by the server's word, by a crash, or with its socket. */
import { fanOutPresence } from "./fan-out.js";
import { type Session, type SupabaseState, wireTopic } from "./state.js";

/** Takes a channel out of everything; the others see its presence leave. */
export function endSession(state: SupabaseState, session: Session): void {
  if (!session.isOpen) return;
  session.isOpen = false;
  session.cancelTimers();
  const { connection, topic } = session;
  if (connection.sessions.get(wireTopic(topic)) === session) connection.sessions.delete(wireTopic(topic));
  topic.sessions.delete(session);
  const diff = topic.presence.untrack(session);
  if (diff) fanOutPresence(state, topic, diff);
  connection.channelsChanged();
}

/** Ends it, and says so: the client does not come back by itself. */
export function closeSession(state: SupabaseState, session: Session): void {
  if (!session.isOpen) return;
  endSession(state, session);
  pushEnd(session, "phx_close", {});
}

/** Ends it with a reason. Source: `shutdown_response` in realtime_channel.ex. */
export function shutDown(state: SupabaseState, session: Session, message: string): void {
  if (!session.isOpen) return;
  pushSystem(session, "system", "error", message);
  closeSession(state, session);
}

/** Ends it as a crash of its process does: the client joins again. */
export function crash(state: SupabaseState, session: Session): void {
  if (!session.isOpen) return;
  endSession(state, session);
  pushEnd(session, "phx_error", { reason: "channel_crash" });
}

/** What a channel is told beside its messages. */
export function pushSystem(session: Session, extension: string, status: string, message: string): void {
  const { connection, topic, joinRef } = session;
  const payload = { extension, status, message, channel: topic.name };
  connection.push({ joinRef, ref: null, topic: wireTopic(topic), event: "system", payload });
}

function pushEnd({ connection, topic, joinRef }: Session, event: string, payload: unknown): void {
  connection.push({ joinRef, ref: joinRef, topic: wireTopic(topic), event, payload });
}
