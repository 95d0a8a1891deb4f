/** Makes the Socket.IO server of an app that has none. */
import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Http2SecureServer, Http2Server } from "node:http2";
import type { Server as HttpsServer } from "node:https";
import type { Limits } from "@attune/protocol";
import { Server, type ServerOptions } from "socket.io";
import { isAllowedOrigin } from "./origin.js";

/** A listening server of Node, or one that will listen: what `app.listen()`, `fastify.server` and Hono's `serve()` are. */
export type NodeServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/** Room for what stands around the data of a message in its frame. */
const ENVELOPE_BYTES = 16_384;

/** Options of {@link createSocketIoServer}. */
export interface SocketIoServerOptions {
  readonly limits: Limits;
  readonly origins: readonly string[] | undefined;
  /** Whether new connections are still taken. */
  isOpen(): boolean;
}

/** Creates a Socket.IO server with what Attune needs and nothing more. */
export function createSocketIoServer(target: NodeServer, { limits, origins, isOpen }: SocketIoServerOptions): Server {
  const options: Partial<ServerOptions> = {
    serveClient: false,
    maxHttpBufferSize: limits.messageBytes + ENVELOPE_BYTES,
    pingInterval: 25_000,
    pingTimeout: 20_000,
    connectTimeout: 10_000,
    // Frames are built once for all sockets; a compressed one is each socket's own, and costs memory for each.
    perMessageDeflate: false,
    // CORS guards long-polling only, and only what a page may read: the check before it guards every transport.
    allowRequest: (request, answer) => {
      const { origin, host } = request.headers;
      const isAllowed = isOpen() && isAllowedOrigin(origin, host, origins);
      if (isAllowed) answer(null, true);
      else if (request.headers.upgrade) forbidUpgrade(request);
      else answer("This origin is not among the `origins` of createRealtimeServer(), or the server is closing.", false);
    },
  };
  if (origins) options.cors = origins.includes("*") ? { origin: "*" } : { origin: [...origins], credentials: true };
  // Socket.IO's types leave Http2Server out, as it cannot take WebSocket upgrades; long-polling works.
  return new Server(target as HttpServer, options);
}

/** Engine.IO would answer 400: a page that may not connect would look like one that asks wrongly. */
function forbidUpgrade({ socket }: IncomingMessage): void {
  socket.on("error", () => {});
  socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
}
