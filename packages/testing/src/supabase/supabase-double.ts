/** A double of Supabase Realtime: a server on a real port, for the official client, in the hands of a test. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { sendFromDatabase } from "./broadcasting.js";
import { createConnection } from "./connection.js";
import { createFaults, type SupabaseFaults } from "./faults.js";
import { judgeHandshake, refuseHandshake } from "./handshake.js";
import { forget, takeMessage } from "./inbound.js";
import type { SupabaseMessage } from "./message-table.js";
import { type SupabaseDoubleOptions, settingsOf } from "./options.js";
import { type SupabaseRowChange, tellChange } from "./postgres-changes.js";
import type {
  SupabaseConnection,
  SupabaseMember,
  SupabaseReceived,
  SupabaseSent,
  SupabaseSubscriber,
} from "./records.js";
import { answerHttp } from "./rest.js";
import { isMeant, nameOf, type SupabaseState } from "./state.js";
import { createState } from "./create-state.js";

/** The double, as a test sees it. Topics are named as the app names them, without `realtime:`. */
export interface SupabaseDouble extends SupabaseFaults {
  /** What `createClient` takes. */
  readonly url: string;
  readonly port: number;
  /** Everything that arrived, oldest first. */
  readonly received: readonly SupabaseReceived[];
  /** Everything that was sent, oldest first. */
  readonly sent: readonly SupabaseSent[];
  readonly connections: readonly SupabaseConnection[];
  /** Who has joined a topic. Without `private`, the public and the private topic of that name. */
  subscribers(topic: string, options?: { readonly private?: boolean }): SupabaseSubscriber[];
  /** Who is present on a topic, in the order of their first tracking. */
  members(topic: string, options?: { readonly private?: boolean }): SupabaseMember[];
  /** Stored broadcasts of a topic, oldest first. Those of clients are stored only with `persistence`. */
  history(topic: string): SupabaseMessage[];
  /**
   * The database speaks, as with `realtime.send()`: stored, then broadcast with `meta.id`. Default private: only then a later
   * join can have it replayed. An object without `id` gets the message's own, as the SQL function does it.
   *
   * @returns the message's id
   */
  broadcast(
    topic: string,
    event: string,
    payload: Readonly<Record<string, unknown>> | Uint8Array,
    options?: { readonly private?: boolean },
  ): string;
  /** A row changes: those who asked for it with `postgres_changes` are told. */
  changeRow(change: SupabaseRowChange): void;
  /** Ends everything, and resolves when nothing is left. */
  close(): Promise<void>;
}

/**
 * Starts a double of Supabase Realtime on a free port of 127.0.0.1.
 *
 * It speaks the real protocol to the real client, and mirrors what the real server does, delays included: set those small.
 *
 * @throws (rejects) when no port can be had
 * @example
 * ```ts
 * import { createSupabaseDouble } from "@attune/testing/supabase";
 * const double = await createSupabaseDouble({ delays: { joinErrorMs: 10 } });
 * // createClient(double.url, "anon"), then
 * double.cut();
 * await double.close();
 * ```
 */
export async function createSupabaseDouble(options: SupabaseDoubleOptions = {}): Promise<SupabaseDouble> {
  const state = createState(settingsOf(options));
  const { clock, delays, limits } = state.settings;
  const http = createServer((request, response) => void answerHttp(state, request, response));
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.frameBytes });
  let accepted = 0;

  http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => {});
    const judged = judgeHandshake(state, request);
    if ("status" in judged) {
      clock.after(delays.connectErrorMs, () => refuseHandshake(socket, judged));
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      accepted += 1;
      const connection = createConnection(
        state,
        webSocket,
        { ...judged, number: accepted },
        {
          arrived: (data, isBinary) => takeMessage(state, connection, data, isBinary),
          ended: () => forget(state, connection),
        },
      );
      state.connections.add(connection);
      if ([...state.armed.stalled].some((client) => isMeant(connection, client))) connection.stall();
    });
  });

  const port = await new Promise<number>((resolve, reject) => {
    http.once("error", reject);
    http.listen(0, "127.0.0.1", () => resolve((http.address() as AddressInfo).port));
  });

  return {
    ...createFaults(state),
    ...createViews(state),
    url: `http://127.0.0.1:${port}`,
    port,
    received: state.received,
    sent: state.sent,
    get connections() {
      return connectionsOf(state);
    },
    broadcast: (topic, event, payload, { private: isPrivate = true } = {}) =>
      sendFromDatabase(state, state.topic(topic, isPrivate), event, payload),
    changeRow(change) {
      const sessions = [...state.connections].flatMap((connection) => [...connection.sessions.values()]);
      tellChange(state, sessions, change);
    },
    async close() {
      for (const webSocket of sockets.clients) webSocket.terminate();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

type Views = Pick<SupabaseDouble, "subscribers" | "members" | "history">;

function createViews(state: SupabaseState): Views {
  return {
    subscribers: (name, { private: isPrivate } = {}) =>
      state.topicsOf(name, isPrivate).flatMap((topic) =>
        [...topic.sessions].map(({ connection, presenceKey, token }) => ({
          client: nameOf(connection),
          connection: connection.number,
          private: topic.private,
          presenceKey,
          ...(token.sub === undefined ? {} : { user: token.sub }),
        })),
      ),
    members: (name, { private: isPrivate } = {}) =>
      state.topicsOf(name, isPrivate).flatMap(({ presence }) =>
        presence.entries().map(({ owner: { connection }, key, meta }) => ({
          client: nameOf(connection),
          connection: connection.number,
          key,
          meta,
        })),
      ),
    history: (name) => state.messages.history(name),
  };
}

function connectionsOf(state: SupabaseState): SupabaseConnection[] {
  return [...state.connections].map((connection) => ({
    number: connection.number,
    client: nameOf(connection),
    vsn: connection.vsn,
    topics: [...connection.sessions.values()].map(({ topic }) => topic.name),
  }));
}
