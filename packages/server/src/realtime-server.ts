/** The server as apps use it: the core with its Socket.IO transport, in Node. */
import { createServer, type Server as HttpServer } from "node:http";
import type { ChannelDefinitions } from "@attune/protocol";
import type { Server } from "socket.io";
import { nodeEnv } from "./env/node-env.js";
import type { ServerEnv } from "./env/server-env.js";
import type { CoreOptions } from "./options.js";
import { createServerCore, type ServerCore } from "./server-core.js";
import { createSocketIoServer, type NodeServer } from "./transport/socket-io-server.js";
import { serveNamespace } from "./transport/socket-io-transport.js";

/** Options of {@link createRealtimeServer}. */
export interface RealtimeServerOptions<D extends ChannelDefinitions = ChannelDefinitions>
  extends Omit<CoreOptions<D>, "env"> {
  /**
   * Origins of the web pages that may connect, exactly as browsers send them: `https://app.example.com`. `["*"]` allows
   * any. Default: only pages of the server's own host. On a Socket.IO server of the app's own: whatever that one allows.
   */
  readonly origins?: readonly string[];
  /** Time, chance and ids. Default: Node's. */
  readonly env?: ServerEnv;
}

/** The parts used of a Socket.IO `Server`, whatever its event types are. */
export interface SocketIoServerLike {
  /** Adds a namespace. */
  of(name: string): unknown;
}

/** A realtime server. */
export interface RealtimeServer<D extends ChannelDefinitions = ChannelDefinitions>
  extends Omit<ServerCore<D>, "accept" | "settings"> {
  /**
   * Serves clients on an HTTP server of Node (Express, Fastify and Hono have one inside), or on the app's own Socket.IO
   * `Server`, beside what else that one does. May be called more than once.
   *
   * @returns the same realtime server
   */
  attach(target: NodeServer | SocketIoServerLike): this;
  /**
   * Serves clients on an HTTP server of its own, which has nothing else to say; `close()` closes it.
   *
   * @param port 0 takes one that is free
   * @param host the address to listen on; absent: all of them
   * @returns the port, once it listens; rejects with Node's error when it cannot
   */
  listen(port: number, host?: string): Promise<{ readonly port: number }>;
}

/** How long closing connections may take to drain before they are cut. */
const DRAIN_MS = 1_000;
const DRAIN_CHECK_MS = 10;

/**
 * Creates a realtime server.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { createRealtimeServer } from "@attune/server";
 * const httpServer = createServer();
 * const realtime = createRealtimeServer({ canAccessChannel: (user) => user !== null }).attach(httpServer);
 * httpServer.listen(3000);
 * await realtime.publish("public:news", "headline", { text: "It runs." });
 * ```
 */
export function createRealtimeServer<const D extends ChannelDefinitions = ChannelDefinitions>(
  options: RealtimeServerOptions<D> = {},
): RealtimeServer<D> {
  const core = createServerCore<D>({ ...options, env: options.env ?? nodeEnv });
  const { origins } = options;
  const owned: Server[] = [];
  const listening: HttpServer[] = [];
  let isOpen = true;

  return {
    async listen(port, host) {
      const http = createServer((_request, response) => response.writeHead(404).end());
      this.attach(http);
      listening.push(http);
      return { port: await startListening(http, port, host) };
    },
    attach(target) {
      if ("of" in target) {
        // Whatever its event types are: on our namespace there is one event, and it is checked as it comes in.
        serveNamespace(target as Server, core, { isOwn: false, origins });
      } else {
        const io = createSocketIoServer(target, { limits: core.settings.limits, origins, isOpen: () => isOpen });
        owned.push(io);
        serveNamespace(io, core, { isOwn: true, origins: undefined });
      }
      return this;
    },
    publish: core.publish,
    readState: core.readState,
    updateState: core.updateState,
    revoke: core.revoke,
    stats: core.stats,
    async close() {
      isOpen = false;
      await core.close();
      await Promise.all(owned.map((io) => closeEngine(io, core.settings.env)));
      for (const http of listening) http.close();
    },
  };
}

function startListening(http: HttpServer, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once("error", reject).listen(port, host, () => {
      http.off("error", reject);
      const address = http.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

/** Closes what is left of the connections; the HTTP server stays open, for it may be the app's. */
async function closeEngine(io: Server, { clock }: ServerEnv): Promise<void> {
  for (let waitedMs = 0; io.engine.clientsCount > 0 && waitedMs < DRAIN_MS; waitedMs += DRAIN_CHECK_MS) {
    await new Promise<void>((resolve) => clock.after(DRAIN_CHECK_MS, resolve));
  }
  io.engine.close();
}
