/** A plain Socket.IO server that speaks as much of Attune's protocol as a pipe can notice. */
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DEFAULT_LIMITS, PROTOCOL_VERSION } from "@attune/protocol";
import { Server, type ServerOptions, type Socket } from "socket.io";

export interface FrameServer {
  readonly url: string;
  readonly port: number;
  readonly http: HttpServer;
  readonly io: Server;
  /** What came with each handshake. */
  readonly hellos: unknown[];
  /** Frames that came after it. */
  readonly frames: unknown[];
  /** The sockets of the namespace that are connected, oldest first. */
  readonly sockets: Socket[];
  close(): Promise<void>;
}

export const welcome = {
  t: "welcome",
  v: PROTOCOL_VERSION,
  s: ["session", "key"],
  conn: "connection",
  resumed: false,
  user: null,
  now: 0,
  limits: DEFAULT_LIMITS,
} as const;

export async function frameServer(options: Partial<ServerOptions> = {}): Promise<FrameServer> {
  const http = createServer();
  const io = new Server(http, options);
  const hellos: unknown[] = [];
  const frames: unknown[] = [];
  const sockets: Socket[] = [];
  io.of("/attune").on("connection", (socket) => {
    sockets.push(socket);
    hellos.push(socket.handshake.auth);
    socket.on("f", (frame: unknown) => frames.push(frame));
    socket.on("disconnect", () => sockets.splice(sockets.indexOf(socket), 1));
    socket.emit("f", welcome);
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    http,
    io,
    hellos,
    frames,
    sockets,
    async close() {
      await io.close();
      http.closeAllConnections();
    },
  };
}
