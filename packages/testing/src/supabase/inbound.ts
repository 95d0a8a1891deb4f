/** What a client's message is, and who takes it. */
import { renewToken } from "./access.js";
import { takeBroadcast } from "./broadcasting.js";
import { decodeFrame, type IncomingFrame, isJson } from "./frame.js";
import { join, reply } from "./join.js";
import { takePresence } from "./presence-requests.js";
import { closeSession, endSession } from "./session-end.js";
import type { Connection, Session, SupabaseState } from "./state.js";

/** Takes one message of a socket. Source: phoenix, lib/phoenix/socket.ex and channel/server.ex. */
export async function takeMessage(
  state: SupabaseState,
  connection: Connection,
  data: Buffer,
  isBinary: boolean,
): Promise<void> {
  const frame = decodeFrame(connection.vsn, data, isBinary);
  if (!frame) return;
  note(state, connection, frame);
  const { topic, event } = frame;
  if (topic === "phoenix") {
    if (event === "heartbeat") connection.push(reply(frame, "ok", {}));
    return;
  }
  if (event === "phx_join" && topic.startsWith("realtime:")) return join(state, connection, frame);
  const session = connection.sessions.get(topic);
  if (session) return takeOnChannel(state, session, frame);
  if (event === "phx_leave") connection.push(reply(frame, "ok", {}));
  else connection.push(reply({ ...frame, joinRef: null }, "error", { reason: "unmatched topic" }));
}

async function takeOnChannel(state: SupabaseState, session: Session, frame: IncomingFrame): Promise<void> {
  // From an earlier join of the same topic.
  if (frame.joinRef !== null && frame.joinRef !== session.joinRef) return;
  switch (frame.event) {
    case "phx_leave":
      session.connection.push(reply(frame, "ok", {}));
      return closeSession(state, session);
    case "access_token":
      return renewToken(state, session, isJson(frame.payload) ? frame.payload["access_token"] : undefined);
    case "broadcast":
      return takeBroadcast(state, session, frame);
    case "presence":
      return takePresence(state, session, frame);
    default:
      state.rates.messages.add();
  }
}

/** A socket is gone, and its channels with it. */
export function forget(state: SupabaseState, connection: Connection): void {
  state.connections.delete(connection);
  for (const session of [...connection.sessions.values()]) endSession(state, session);
}

function note(state: SupabaseState, connection: Connection, { broadcast, ...frame }: IncomingFrame): void {
  state.received.push({
    ...frame,
    via: "socket",
    connection: connection.number,
    atMs: state.settings.clock.now(),
    topic: frame.topic.replace(/^realtime:/, ""),
    ...(broadcast?.meta ? { meta: broadcast.meta } : {}),
  });
}
