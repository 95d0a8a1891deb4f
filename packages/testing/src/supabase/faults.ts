/** What a test can do to the double, one word for each thing that goes wrong in the world. */
import { endTopic } from "./access.js";
import { crash, shutDown } from "./session-end.js";
import { type Connection, isMeant, type SupabaseState } from "./state.js";

/** Faults. A `client` is a name as in {@link SupabaseConnection}, or `#` and a number; without one, all are struck. */
export interface SupabaseFaults {
  /** Sockets break, without a closing handshake. */
  cut(client?: string): void;
  /** Sockets go silent, new ones as well: nothing is taken, nothing is sent, and nobody is told. */
  stall(client?: string): void;
  /** Silence ends: what was held back is taken and sent, in order. */
  resume(client?: string): void;
  /** Handshakes and requests are answered with this status, until `accept()`. Default 503. */
  refuse(status?: number): void;
  /** Takes `refuse` back. */
  accept(): void;
  /** The server closes a channel: a `system` error with the reason, then `phx_close`. The client does not come back. */
  closeChannel(topic: string, reason?: string, client?: string): void;
  /** A channel's process crashes: `phx_error`. The client joins again. */
  crashChannel(topic: string, client?: string): void;
  /** The next ack of a broadcast is not sent. */
  dropNextAck(): void;
  /** The next broadcast is stored and acked as ever, and reaches nobody. */
  dropNextBroadcast(): void;
  /** The next broadcast reaches every subscriber twice. */
  doubleNextBroadcast(): void;
  /**
   * Reading a private topic is no longer allowed. Those who do are ended at once; on the real service, and with
   * `{ atOnce: false }`, when they renew their token or join again.
   */
  revoke(topic: string, options?: { readonly atOnce?: boolean }): void;
  /** Takes `revoke` back. */
  grant(topic: string): void;
  /** Users' tokens that are in use expire now, whatever they say; API keys do not. */
  expireTokens(client?: string): void;
  /** The stored messages of a topic are dropped, as by the end of their retention. */
  forgetMessages(topic: string): void;
  /** The server restarts: every socket is closed with 1012, presence is forgotten, stored messages are not. */
  restart(): void;
}

/** Makes the faults of a double. */
export function createFaults(state: SupabaseState): SupabaseFaults {
  const { armed, connections } = state;
  const meant = (client?: string) => [...connections].filter((connection) => isMeant(connection, client));
  const sessionsOf = (topic: string, client?: string) =>
    state.topicsOf(topic).flatMap(({ sessions }) => [...sessions].filter((each) => isMeant(each.connection, client)));
  const isStalled = (connection: Connection) => [...armed.stalled].some((client) => isMeant(connection, client));

  return {
    cut: (client) => meant(client).forEach((connection) => connection.cut()),
    stall(client = "*") {
      armed.stalled.add(client);
      for (const connection of meant(client)) connection.stall();
    },
    resume(client) {
      if (client === undefined) armed.stalled.clear();
      else armed.stalled.delete(client);
      for (const connection of meant()) if (!isStalled(connection)) connection.resume();
    },
    refuse(status = 503) {
      armed.refusal = status;
    },
    accept() {
      delete armed.refusal;
    },
    closeChannel(topic, reason = "Server requested disconnect", client) {
      for (const session of sessionsOf(topic, client)) shutDown(state, session, reason);
    },
    crashChannel(topic, client) {
      for (const session of sessionsOf(topic, client)) crash(state, session);
    },
    dropNextAck() {
      armed.droppedAcks += 1;
    },
    dropNextBroadcast() {
      armed.droppedBroadcasts += 1;
    },
    doubleNextBroadcast() {
      armed.doubledBroadcasts += 1;
    },
    revoke(topic, { atOnce = true } = {}) {
      armed.revoked.add(topic);
      const reason = `You no longer have permission to read from this Channel topic: ${topic}`;
      if (atOnce) endTopic(state, state.topicsOf(topic, true), reason);
    },
    grant(topic) {
      armed.revoked.delete(topic);
    },
    expireTokens(client) {
      const nowMs = state.settings.clock.now();
      for (const session of meant(client).flatMap(({ sessions }) => [...sessions.values()])) {
        if (session.token.exp === Number.POSITIVE_INFINITY) continue;
        armed.expired.set(session.token.raw, nowMs);
        shutDown(state, session, "Token has expired 0 seconds ago");
      }
    },
    forgetMessages: (topic) => state.messages.forget(topic),
    restart() {
      for (const connection of meant()) connection.close(1012, "service restart");
    },
  };
}
